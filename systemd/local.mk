# What runs dpat serve under systemd.
systemdunit_DATA = systemd/dpat.service
sysusers_DATA = systemd/dpat.conf
EXTRA_DIST += systemd/dpat.service.in systemd/dpat.conf
CLEANFILES += systemd/dpat.service

systemd/dpat.service: systemd/dpat.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) systemd && sed 's|@bindir[@]|$(bindir)|' $(srcdir)/systemd/dpat.service.in >$@
