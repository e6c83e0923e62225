# Completions, printed by dpat itself and put where each shell looks.
nodist_bashcompletion_DATA = completions/dpat
nodist_zshcompletion_DATA = completions/_dpat
nodist_fishcompletion_DATA = completions/dpat.fish
CLEANFILES += completions/dpat completions/_dpat completions/dpat.fish

completions/dpat completions/_dpat completions/dpat.fish: dpat$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completions && \
	case $@ in *_dpat) shell=zsh ;; *.fish) shell=fish ;; *) shell=bash ;; esac && \
	./dpat$(EXEEXT) completion $$shell > $@.new && mv $@.new $@
