# The library of everything but main(), dpat itself, and the tool that makes its manual.
noinst_LIBRARIES += libdpat.a
libdpat_a_SOURCES = \
	src/base/address.c \
	src/base/address.h \
	src/base/buffer.c \
	src/base/buffer.h \
	src/base/clock.c \
	src/base/clock.h \
	src/base/crypto.c \
	src/base/crypto.h \
	src/base/error.c \
	src/base/error.h \
	src/base/file.c \
	src/base/file.h \
	src/base/form.c \
	src/base/form.h \
	src/base/json.c \
	src/base/json.h \
	src/base/library.c \
	src/base/library.h \
	src/base/log.c \
	src/base/log.h \
	src/base/memory.c \
	src/base/memory.h \
	src/base/secret.c \
	src/base/secret.h \
	src/base/signing_key.c \
	src/base/signing_key.h \
	src/base/text.c \
	src/base/text.h \
	src/base/time.c \
	src/base/time.h \
	src/cli/app.c \
	src/cli/app.h \
	src/cli/cli.c \
	src/cli/cli.h \
	src/cli/cmd_account.c \
	src/cli/cmd_account_2fa.c \
	src/cli/cmd_activate.c \
	src/cli/cmd_completion.c \
	src/cli/cmd_config.c \
	src/cli/cmd_credential.c \
	src/cli/cmd_create.c \
	src/cli/cmd_delete.c \
	src/cli/cmd_help.c \
	src/cli/cmd_keystore.c \
	src/cli/cmd_list.c \
	src/cli/cmd_login.c \
	src/cli/cmd_logout.c \
	src/cli/cmd_rename.c \
	src/cli/cmd_serve.c \
	src/cli/cmd_show.c \
	src/cli/cmd_status.c \
	src/cli/cmd_version.c \
	src/cli/command.h \
	src/cli/commands.c \
	src/cli/commands.h \
	src/cli/completion.c \
	src/cli/completion.h \
	src/cli/help.c \
	src/cli/help.h \
	src/cli/helper_face.c \
	src/cli/helper_face.h \
	src/cli/keystore_input.c \
	src/cli/keystore_input.h \
	src/cli/manual.c \
	src/cli/manual.h \
	src/cli/option.c \
	src/cli/option.h \
	src/cli/output.c \
	src/cli/output.h \
	src/cli/plugin_face.c \
	src/cli/plugin_face.h \
	src/cli/progress.c \
	src/cli/progress.h \
	src/cli/prompt.c \
	src/cli/prompt.h \
	src/cli/qr.c \
	src/cli/qr.h \
	src/cli/settings.c \
	src/cli/settings.h \
	src/cli/sign_in_input.c \
	src/cli/sign_in_input.h \
	src/cli/status_document.c \
	src/cli/status_document.h \
	src/cli/stdout_sink.c \
	src/cli/stdout_sink.h \
	src/cli/tokens.c \
	src/cli/tokens.h \
	src/cli/topics.c \
	src/cli/view.c \
	src/cli/view.h \
	src/cli/view_account.c \
	src/cli/view_keystore.c \
	src/cli/view_parts.c \
	src/cli/view_parts.h \
	src/core/change.c \
	src/core/change.h \
	src/core/creation.c \
	src/core/creation.h \
	src/core/docker_entry.c \
	src/core/docker_entry.h \
	src/core/interrupt.c \
	src/core/interrupt.h \
	src/core/login.c \
	src/core/login.h \
	src/core/lookup.c \
	src/core/lookup.h \
	src/core/selection.c \
	src/core/selection.h \
	src/core/sink.c \
	src/core/sink.h \
	src/credentials/credentials.c \
	src/credentials/credentials.h \
	src/credentials/docker_config.c \
	src/credentials/docker_config.h \
	src/credentials/docker_file.c \
	src/credentials/docker_file.h \
	src/credentials/helper.c \
	src/credentials/helper.h \
	src/credentials/keyring.c \
	src/credentials/keyring.h \
	src/credentials/keystore.c \
	src/credentials/keystore.h \
	src/credentials/process.c \
	src/credentials/process.h \
	src/credentials/seal.c \
	src/credentials/seal.h \
	src/credentials/session_file.c \
	src/credentials/session_file.h \
	src/hub/http.c \
	src/hub/http.h \
	src/hub/hub.c \
	src/hub/hub.h \
	src/hub/hub_private.h \
	src/hub/hub_sessions.c \
	src/hub/hub_tokens.c \
	src/server/certificate.c \
	src/server/certificate.h \
	src/server/connections.c \
	src/server/connections.h \
	src/server/exchange.c \
	src/server/exchange.h \
	src/server/generation.c \
	src/server/guard.c \
	src/server/guard.h \
	src/server/handlers.h \
	src/server/health.c \
	src/server/listener.c \
	src/server/metrics.c \
	src/server/metrics.h \
	src/server/mhd.c \
	src/server/mhd.h \
	src/server/pool.c \
	src/server/pool.h \
	src/server/rate.c \
	src/server/rate.h \
	src/server/routes.c \
	src/server/routes.h \
	src/server/server.c \
	src/server/server.h \
	src/server/server_private.h \
	src/server/sign_in.c \
	src/server/tokens.c \
	src/server/user.c \
	src/server/workers.c \
	src/server/workers.h \
	src/service/accounts.c \
	src/service/accounts.h \
	src/service/bearer.c \
	src/service/bearer.h \
	src/service/embedded.c \
	src/service/embedded.h \
	src/service/embedded_private.h \
	src/service/keys.c \
	src/service/keys.h \
	src/service/password.c \
	src/service/password.h \
	src/service/second_factor.c \
	src/service/service.c \
	src/service/service.h \
	src/service/sessions.c \
	src/service/throttle.c \
	src/service/throttle.h \
	src/service/tokens.c \
	src/service/totp.c \
	src/service/totp.h \
	src/service/usage.c \
	src/service/usage.h \
	src/store/engine.c \
	src/store/engine.h \
	src/store/sqlite.c \
	src/store/sqlite.h \
	src/store/store.c \
	src/store/store.h \
	src/store/store_account.c \
	src/store/store_audit.c \
	src/store/store_private.h \
	src/store/store_registry.c \
	src/store/store_second_factor.c \
	src/store/store_session.c \
	src/store/store_token.c \
	src/token/access.c \
	src/token/access.h \
	src/token/expiry.c \
	src/token/expiry.h \
	src/token/name.c \
	src/token/name.h \
	src/token/scope.c \
	src/token/scope.h \
	src/token/token.c \
	src/token/token.h \
	src/token/token_secret.c \
	src/token/token_secret.h \
	src/token/wire.c \
	src/token/wire.h

DPAT_LIBS = libdpat.a $(ARGON2_LIBS) $(BSD_LIBS) $(CRYPTO_LIBS) $(JANSSON_LIBS) $(SMARTCOLS_LIBS) $(SQLITE_LIBS) \
	$(ZLIB_LIBS)

bin_PROGRAMS += dpat
dpat_SOURCES = src/main.c
dpat_LDADD = $(DPAT_LIBS)

# Docker finds a credential helper and a plugin by their names.
install-exec-hook:
	cd '$(DESTDIR)$(bindir)' && $(LN_S) -f dpat$(EXEEXT) docker-credential-dpat$(EXEEXT)
	$(MKDIR_P) '$(DESTDIR)$(dockerplugindir)'
	cd '$(DESTDIR)$(dockerplugindir)' && $(LN_S) -f '$(bindir)/dpat$(EXEEXT)' docker-pat$(EXEEXT)

uninstall-hook:
	rm -f '$(DESTDIR)$(bindir)/docker-credential-dpat$(EXEEXT)' '$(DESTDIR)$(dockerplugindir)/docker-pat$(EXEEXT)'

noinst_PROGRAMS += dpat-manual
dpat_manual_SOURCES = src/cli/manual_main.c
dpat_manual_LDADD = $(DPAT_LIBS)
