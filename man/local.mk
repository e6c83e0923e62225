# Man pages, made from the tables that --help is made from.
man_pages = \
	man/dpat.1 \
	man/dpat-create.1 \
	man/dpat-list.1 \
	man/dpat-show.1 \
	man/dpat-rename.1 \
	man/dpat-activate.1 \
	man/dpat-deactivate.1 \
	man/dpat-delete.1 \
	man/dpat-login.1 \
	man/dpat-logout.1 \
	man/dpat-status.1 \
	man/dpat-log.1 \
	man/dpat-account.1 \
	man/dpat-serve.1 \
	man/dpat-registry.1 \
	man/dpat-config.1 \
	man/dpat-credential.1 \
	man/dpat-keystore.1 \
	man/dpat-completion.1 \
	man/dpat-help.1 \
	man/dpat-version.1 \
	man/dpat-environment.7 \
	man/dpat-exit-codes.7 \
	man/dpat-http-api.7 \
	man/dpat-output.7 \
	man/dpat-overview.7 \
	man/dpat-private-registry.7 \
	man/dpat-scopes.7 \
	man/dpat-secrets.7 \
	man/dpat-selectors.7 \
	man/dpat-services.7

nodist_man_MANS = $(man_pages)
CLEANFILES += $(man_pages) man/stamp

man/stamp: dpat-manual$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man && ./dpat-manual$(EXEEXT) man man && touch $@

$(man_pages): man/stamp
