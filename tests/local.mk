# Tests: unit and contract programs (cmocka), the command line (bats), and lint; all speak TAP.
unit_tests = \
	tests/unit/test_access \
	tests/unit/test_address \
	tests/unit/test_bearers \
	tests/unit/test_buffer \
	tests/unit/test_connections \
	tests/unit/test_commands \
	tests/unit/test_crypto \
	tests/unit/test_deliveries \
	tests/unit/test_docker_config \
	tests/unit/test_docker_rules \
	tests/unit/test_error \
	tests/unit/test_file \
	tests/unit/test_form \
	tests/unit/test_formats \
	tests/unit/test_go_json \
	tests/unit/test_guard \
	tests/unit/test_json \
	tests/unit/test_keys \
	tests/unit/test_option \
	tests/unit/test_seal \
	tests/unit/test_registry \
	tests/unit/test_selection \
	tests/unit/test_session_file \
	tests/unit/test_signing_key \
	tests/unit/test_store \
	tests/unit/test_strangers \
	tests/unit/test_text \
	tests/unit/test_throttle \
	tests/unit/test_time \
	tests/unit/test_token \
	tests/unit/test_totp \
	tests/unit/test_url \
	tests/unit/test_usage \
	tests/unit/test_wire \
	tests/unit/test_yaml

contract_tests = \
	tests/contract/test_audit \
	tests/contract/test_credentials \
	tests/contract/test_engine \
	tests/contract/test_second_factor \
	tests/contract/test_service

# Every file tests/cli/*.bats is a test; one called *-sweep.bats is for make check-long. Those that take longest are started
# first, so that all cores are busy to the end.
first_tests = \
	tests/cli/registry.bats \
	tests/cli/write-faults.bats \
	tests/cli/podman.bats \
	tests/cli/keystore.bats \
	tests/cli/keystore-sessions.bats \
	tests/cli/hub.bats \
	tests/cli/docker-config.bats \
	tests/cli/serve.bats \
	tests/cli/keystore-faults.bats \
	tests/cli/server-faults.bats

cli_tests = @CLI_TESTS@
sweep_tests = @SWEEP_TESTS@

# These try a sample ("some" in lib.bash), and all of it in make check-long.
sampled_tests = \
	tests/cli/write-faults.bats \
	tests/cli/docker-situations.bats \
	tests/cli/faults.bats \
	tests/cli/keystore.bats \
	tests/cli/keystore-faults.bats \
	tests/cli/keystore-sessions.bats \
	tests/cli/server-faults.bats

lint_tests = \
	tests/lint/assertions.sh \
	tests/lint/banned.sh \
	tests/lint/documented.sh \
	tests/lint/floors.sh \
	tests/lint/headers.sh \
	tests/lint/length.sh \
	tests/lint/manual.sh \
	tests/lint/shell.sh \
	tests/lint/statements.sh

test_support = \
	tests/announce.sh \
	tests/environment.sh \
	tests/run-bats \
	tests/run-unit \
	tests/cli/helper.bash \
	tests/cli/keystore.bash \
	tests/cli/lib.bash \
	tests/demo.sh \
	tests/tools.sh \
	tests/tools.txt \
	tests/lint/lib.sh \
	tests/support/check-json.py \
	tests/support/daemon.py \
	tests/support/api.py \
	tests/support/commit.c \
	tests/support/flood.py \
	tests/support/hub-api.json \
	tests/support/hub.py \
	tests/support/crash.py \
	tests/support/inject.py \
	tests/support/matrix.py \
	tests/support/oci.py \
	tests/support/oom.c \
	tests/support/openapi.py \
	tests/support/otp.py \
	tests/support/probes.py \
	tests/support/slow.py \
	tests/support/statements.py \
	tests/support/storm.py \
	tests/support/readme.py \
	tests/support/registry.py \
	tests/support/terminal.py \
	tests/support/wire.py

fuzz_targets = \
	tests/fuzz/fuzz_answers \
	tests/fuzz/fuzz_docker_config \
	tests/fuzz/fuzz_helper \
	tests/fuzz/fuzz_registry \
	tests/fuzz/fuzz_seal \
	tests/fuzz/fuzz_yaml

plain_tests = $(cli_tests) $(lint_tests) $(contract_tests) $(unit_tests) $(fuzz_targets)
TESTS = $(plain_tests)
EXTRA_DIST += $(cli_tests) $(sweep_tests) $(lint_tests) $(test_support)
AM_MAKEFLAGS = @CHECK_JOBS@

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests) $(contract_tests)
endif

# Fuzz targets run over their corpora in make check; with --enable-fuzzing (clang) make fuzz looks for more.
check_PROGRAMS += $(fuzz_targets)
tests_fuzz_fuzz_answers_SOURCES = tests/fuzz/fuzz_answers.c tests/fuzz/corpus.c
tests_fuzz_fuzz_docker_config_SOURCES = tests/fuzz/fuzz_docker_config.c tests/fuzz/corpus.c
tests_fuzz_fuzz_helper_SOURCES = tests/fuzz/fuzz_helper.c tests/fuzz/corpus.c
tests_fuzz_fuzz_registry_SOURCES = tests/fuzz/fuzz_registry.c tests/fuzz/corpus.c
tests_fuzz_fuzz_seal_SOURCES = tests/fuzz/fuzz_seal.c tests/fuzz/corpus.c
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/corpus.c
EXTRA_DIST += tests/fuzz/corpus tests/data

if FUZZING
fuzzers = tests/fuzz/answers-fuzzer tests/fuzz/docker_config-fuzzer tests/fuzz/helper-fuzzer \
	tests/fuzz/registry-fuzzer tests/fuzz/seal-fuzzer tests/fuzz/yaml-fuzzer
EXTRA_PROGRAMS += $(fuzzers)
tests_fuzz_answers_fuzzer_SOURCES = tests/fuzz/fuzz_answers.c
tests_fuzz_docker_config_fuzzer_SOURCES = tests/fuzz/fuzz_docker_config.c
tests_fuzz_helper_fuzzer_SOURCES = tests/fuzz/fuzz_helper.c
tests_fuzz_registry_fuzzer_SOURCES = tests/fuzz/fuzz_registry.c
tests_fuzz_seal_fuzzer_SOURCES = tests/fuzz/fuzz_seal.c
tests_fuzz_yaml_fuzzer_SOURCES = tests/fuzz/fuzz_yaml.c
tests_fuzz_answers_fuzzer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_docker_config_fuzzer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_helper_fuzzer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_registry_fuzzer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_seal_fuzzer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_yaml_fuzzer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
CLEANFILES += $(fuzzers)

# Each target for a while, from its corpus; what breaks it is written to the working folder.
FUZZ_SECONDS = 60
fuzz: $(fuzzers)
	for fuzzer in $(fuzzers); do \
	  name=fuzz_$$(basename $$fuzzer -fuzzer); \
	  $(MKDIR_P) tests/fuzz/found/$$name; \
	  ./$$fuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=70000 -print_final_stats=1 \
	    tests/fuzz/found/$$name $(srcdir)/tests/fuzz/corpus/$$name || exit 1; \
	done
else
fuzz:
	@echo 'make fuzz needs ./configure CC=clang --enable-fuzzing' >&2; exit 1
endif

# Makes a keystore that costs next to nothing to unlock.
check_PROGRAMS += tests/support/keystore
tests_support_keystore_SOURCES = tests/support/keystore.c

# What the test programs share: a clock that tests set, in front of the real one in libdpat.a.
check_LIBRARIES = tests/libsupport.a
tests_libsupport_a_SOURCES = tests/support/clock.c tests/support/clock.h tests/support/otp.c \
	tests/support/otp.h tests/support/support.c tests/support/support.h
TEST_LIBS = tests/libsupport.a $(DPAT_LIBS) $(CMOCKA_LIBS)
AM_CFLAGS += $(CMOCKA_CFLAGS)
LDADD = $(TEST_LIBS)

world = tests/contract/service_world.c tests/contract/service_world.h
tests_contract_test_audit_SOURCES = tests/contract/test_audit.c $(world)
tests_unit_test_registry_SOURCES = tests/unit/test_registry.c $(world)
tests_contract_test_service_SOURCES = tests/contract/test_service.c $(world)
tests_contract_test_second_factor_SOURCES = tests/contract/test_second_factor.c $(world)

TEST_EXTENSIONS = .bats .sh
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
BATS_LOG_DRIVER = $(tap_driver)
SH_LOG_DRIVER = $(tap_driver)
LOG_COMPILER = $(srcdir)/tests/run-unit $(DPAT_RUNNER)
BATS_LOG_COMPILER = $(srcdir)/tests/run-bats $(BATS)
AM_BATS_LOG_FLAGS = --tap
SH_LOG_COMPILER = sh
# What ./bootstrap --tests unpacked instead of installing it; the machine's own comes first.
TOOLS_PATH = PATH="$$PATH:$(abs_top_builddir)/test-tools/bin:$(abs_top_srcdir)/test-tools/bin"; export PATH;
AM_TESTS_ENVIRONMENT = \
	. '$(abs_top_srcdir)/tests/environment.sh'; \
	DPAT='$(abs_builddir)/dpat$(EXEEXT)'; export DPAT; \
	DPAT_MANUAL='$(abs_builddir)/dpat-manual$(EXEEXT)'; export DPAT_MANUAL; \
	DPAT_RUNNER='$(DPAT_RUNNER)'; export DPAT_RUNNER; \
	TOP_SRCDIR='$(abs_top_srcdir)'; export TOP_SRCDIR; \
	TOP_BUILDDIR='$(abs_top_builddir)'; export TOP_BUILDDIR; \
	BATS='$(BATS)'; export BATS; \
	PYTHON3='$(PYTHON3)'; export PYTHON3; \
	CHECK_LONG='$(CHECK_LONG)'; export CHECK_LONG; \
	CC='$(CC)'; export CC; \
	LINT_CFLAGS='$(DEFS) $(AM_CPPFLAGS) $(AM_CFLAGS)'; export LINT_CFLAGS; \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	ASAN_OPTIONS=detect_leaks=1:verify_asan_link_order=0; export ASAN_OPTIONS; \
	UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1; export UBSAN_OPTIONS; \
	$(TOOLS_PATH)

check_DATA = announced

# The seconds of one core that all files together take, and those of make check-long.
if SANITIZERS
check_seconds = 600
long_seconds = 900
else
check_seconds = 330
long_seconds = 600
endif

# A test suite that cannot run must not look like one that passed.
announced:
	@$(TOOLS_PATH) \
	absent=$$(sh $(srcdir)/tests/tools.sh missing | tr '\n' ' '); \
	test '$(CMOCKA_LIBS)' || absent="$${absent}libcmocka-dev "; \
	test '$(BATS)' && test '$(PYTHON3)' && test -z "$$absent" || { \
	  echo "make check misses $${absent:-what ./configure did not find}" >&2; \
	  echo '  ./bootstrap --tests installs what the tests need; then run ./configure again' >&2; \
	  exit 1; }
	@$(TOOLS_PATH) \
	seconds=0; jobs=`nproc`; \
	case ' $(MAKEFLAGS)' in *' -j'[1-9]*) jobs=`echo ' $(MAKEFLAGS)' | sed 's/.* -j\([0-9]*\).*/\1/'` ;; esac; \
	if test '$(CHECK_LONG)'; then seconds=$(long_seconds); \
	elif test '$(TESTS)' = '$(plain_tests)'; then seconds=$(check_seconds); fi; \
	case '$(MAKECMDGOALS)' in check-TESTS) ;; *) PYTHON3='$(PYTHON3)' sh $(srcdir)/tests/announce.sh "$$seconds" "$$jobs" ;; esac

distclean-local:
	rm -rf test-tools

# Every failing system call, kill -9 at each write, storms: what takes too long to be run each time.
check-long: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(sampled_tests) $(sweep_tests)' CHECK_LONG=yes

MEMCHECK = $(VALGRIND) --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
	--errors-for-leak-kinds=definite,indirect --child-silent-after-fork=yes
memcheck_tests = $(unit_tests) $(contract_tests) tests/cli/account.bats tests/cli/create.bats tests/cli/delete.bats \
	tests/cli/docker.bats tests/cli/list.bats tests/cli/login.bats tests/cli/logout.bats tests/cli/status.bats

# The programs and the main commands under valgrind.
memcheck: all
	@test '$(VALGRIND)' || { echo 'make memcheck needs valgrind: ./bootstrap installs it' >&2; exit 1; }
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(memcheck_tests)' DPAT_RUNNER='$(MEMCHECK)'

# Only the checks of the source text and of the manual.
lint: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(lint_tests)'

# The whole life of a token, in a temporary home.
demo: all
	@DPAT='$(abs_builddir)/dpat$(EXEEXT)' TOP_SRCDIR='$(abs_top_srcdir)' PYTHON3='$(PYTHON3)' sh $(srcdir)/tests/demo.sh

# The time of one command beside a bare program that reads the same rows; registry tokens beside signature and HTTP.
bench: all tests/support/bare_list$(EXEEXT)
	@DPAT='$(abs_builddir)/dpat$(EXEEXT)' BARE='$(abs_builddir)/tests/support/bare_list$(EXEEXT)' \
	  sh $(srcdir)/tests/bench.sh
	@DPAT='$(abs_builddir)/dpat$(EXEEXT)' sh $(srcdir)/tests/bench-registry.sh

# Requests per second and memory of dpat serve beside nginx.
bench-server: all
	@DPAT='$(abs_builddir)/dpat$(EXEEXT)' sh $(srcdir)/tests/bench-server.sh

EXTRA_PROGRAMS += tests/support/bare_list
tests_support_bare_list_SOURCES = tests/support/bare_list.c
tests_support_bare_list_LDADD = $(SQLITE_LIBS)
EXTRA_DIST += tests/bench.sh tests/bench-lib.sh tests/bench-server.sh tests/bench-registry.sh
CLEANFILES += tests/support/bare_list$(EXEEXT)

.PHONY: announced check-long memcheck lint demo bench bench-server fuzz
