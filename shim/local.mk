# The side of SMTP: the shim and the judge that it hosts.

noinst_LTLIBRARIES += libshim.la
libshim_la_SOURCES = \
  %D%/auth/attempt_record.cpp %D%/auth/attempt_record.hpp \
  %D%/auth/authenticator.cpp %D%/auth/authenticator.hpp \
  %D%/auth/channel_binding.cpp %D%/auth/channel_binding.hpp \
  %D%/auth/conclusion.cpp %D%/auth/conclusion.hpp \
  %D%/auth/current_keys.hpp \
  %D%/auth/failed_passwords.cpp %D%/auth/failed_passwords.hpp \
  %D%/auth/in_process_judge.cpp %D%/auth/in_process_judge.hpp \
  %D%/auth/judge.cpp %D%/auth/judge.hpp \
  %D%/auth/judge_store.cpp %D%/auth/judge_store.hpp \
  %D%/auth/mechanism_probe.cpp %D%/auth/mechanism_probe.hpp \
  %D%/auth/module_probe.cpp %D%/auth/module_probe.hpp \
  %D%/auth/pending_verdict.hpp \
  %D%/auth/recorder.cpp %D%/auth/recorder.hpp \
  %D%/auth/sasl_callback.hpp \
  %D%/auth/sasl_connection.cpp %D%/auth/sasl_connection.hpp \
  %D%/auth/sasl_library.cpp %D%/auth/sasl_library.hpp \
  %D%/auth/scram_decoy.cpp %D%/auth/scram_decoy.hpp \
  %D%/auth/scram_secret.cpp %D%/auth/scram_secret.hpp \
  %D%/auth/session_registry.cpp %D%/auth/session_registry.hpp \
  %D%/auth/verdict_request.cpp %D%/auth/verdict_request.hpp \
  %D%/auth/verdict_service.cpp %D%/auth/verdict_service.hpp \
  %D%/auth/worker_pool.cpp %D%/auth/worker_pool.hpp \
  %D%/net/admission.cpp %D%/net/admission.hpp \
  %D%/net/alert_mail.cpp %D%/net/alert_mail.hpp \
  %D%/net/backend.cpp %D%/net/backend.hpp \
  %D%/net/backend_address.cpp %D%/net/backend_address.hpp \
  %D%/net/backend_auth.cpp %D%/net/backend_auth.hpp \
  %D%/net/backend_connect.cpp %D%/net/backend_connect.hpp \
  %D%/net/backend_health.cpp %D%/net/backend_health.hpp \
  %D%/net/backend_login.cpp %D%/net/backend_login.hpp \
  %D%/net/backend_probe.cpp %D%/net/backend_probe.hpp \
  %D%/net/backend_tls.cpp %D%/net/backend_tls.hpp \
  %D%/net/backends.cpp %D%/net/backends.hpp \
  %D%/net/certificate_choice.cpp %D%/net/certificate_choice.hpp \
  %D%/net/certificate_end.cpp %D%/net/certificate_end.hpp \
  %D%/net/client.cpp %D%/net/client.hpp \
  %D%/net/client_certificate.cpp %D%/net/client_certificate.hpp \
  %D%/net/connection_limits.cpp %D%/net/connection_limits.hpp \
  %D%/net/endpoint.cpp %D%/net/endpoint.hpp \
  %D%/net/gathering_bio.cpp %D%/net/gathering_bio.hpp \
  %D%/net/handover.cpp %D%/net/handover.hpp \
  %D%/net/ip_endpoint.hpp \
  %D%/net/kernel_tls.cpp %D%/net/kernel_tls.hpp \
  %D%/net/keyed_count.hpp \
  %D%/net/listen_address.cpp %D%/net/listen_address.hpp \
  %D%/net/listener.cpp %D%/net/listener.hpp \
  %D%/net/listening_socket.cpp %D%/net/listening_socket.hpp \
  %D%/net/login.cpp %D%/net/login.hpp \
  %D%/net/monitor_address.cpp %D%/net/monitor_address.hpp \
  %D%/net/monitor_listener.cpp %D%/net/monitor_listener.hpp \
  %D%/net/monitor_probe.cpp %D%/net/monitor_probe.hpp \
  %D%/net/passed_sockets.cpp %D%/net/passed_sockets.hpp \
  %D%/net/proxied.cpp %D%/net/proxied.hpp \
  %D%/net/proxy_header.cpp %D%/net/proxy_header.hpp \
  %D%/net/proxy_login.cpp %D%/net/proxy_login.hpp \
  %D%/net/relay.cpp %D%/net/relay.hpp \
  %D%/net/sasl_login.cpp %D%/net/sasl_login.hpp \
  %D%/net/service.hpp \
  %D%/net/session_tickets.cpp %D%/net/session_tickets.hpp \
  %D%/net/shared_offer.hpp \
  %D%/net/ssl_session.hpp \
  %D%/net/stream.cpp %D%/net/stream.hpp \
  %D%/net/ticket_keys.cpp %D%/net/ticket_keys.hpp \
  %D%/net/tls_binding.cpp %D%/net/tls_binding.hpp \
  %D%/net/tls_certificate.cpp %D%/net/tls_certificate.hpp \
  %D%/net/tls_context.cpp %D%/net/tls_context.hpp \
  %D%/net/tls_error.cpp %D%/net/tls_error.hpp \
  %D%/ops/alert_command.cpp %D%/ops/alert_command.hpp \
  %D%/ops/alert_json.cpp %D%/ops/alert_json.hpp \
  %D%/ops/alert_merger.cpp %D%/ops/alert_merger.hpp \
  %D%/ops/alerts.cpp %D%/ops/alerts.hpp \
  %D%/ops/counter.hpp \
  %D%/ops/exposition.cpp %D%/ops/exposition.hpp \
  %D%/ops/journal.cpp %D%/ops/journal.hpp \
  %D%/ops/log.cpp %D%/ops/log.hpp \
  %D%/ops/log_json.cpp %D%/ops/log_json.hpp \
  %D%/ops/merged_alert.hpp \
  %D%/ops/metrics.cpp %D%/ops/metrics.hpp \
  %D%/ops/option_types.cpp %D%/ops/option_types.hpp \
  %D%/ops/throttle.hpp \
  %D%/smtp/alert_message.cpp %D%/smtp/alert_message.hpp \
  %D%/smtp/auth_exchange.cpp %D%/smtp/auth_exchange.hpp \
  %D%/smtp/backend_offer.cpp %D%/smtp/backend_offer.hpp \
  %D%/smtp/backend_reply.cpp %D%/smtp/backend_reply.hpp \
  %D%/smtp/base64.cpp %D%/smtp/base64.hpp \
  %D%/smtp/command.cpp %D%/smtp/command.hpp \
  %D%/smtp/content.cpp %D%/smtp/content.hpp \
  %D%/smtp/conversation.cpp %D%/smtp/conversation.hpp \
  %D%/smtp/dot_scanner.cpp %D%/smtp/dot_scanner.hpp \
  %D%/smtp/keywords.cpp %D%/smtp/keywords.hpp \
  %D%/smtp/line_reader.cpp %D%/smtp/line_reader.hpp \
  %D%/smtp/message_parameters.cpp %D%/smtp/message_parameters.hpp \
  %D%/smtp/plain_message.cpp %D%/smtp/plain_message.hpp \
  %D%/smtp/replies.hpp \
  %D%/smtp/reply_queue.cpp %D%/smtp/reply_queue.hpp \
  %D%/smtp/scram_message.cpp %D%/smtp/scram_message.hpp \
  %D%/smtp/session.cpp %D%/smtp/session.hpp \
  %D%/smtp/xclient.cpp %D%/smtp/xclient.hpp \
  %D%/smtp/xtext.cpp %D%/smtp/xtext.hpp
libshim_la_LIBADD = libbinding.la $(SASL_LIBS) $(OPENSSL_LIBS) $(SYSTEMD_LIBS)

# Directories are known to make, not to configure.
with_directories = \
  %D%/etc/clientid-shim.service \
  %D%/etc/clientid.conf \
  %D%/etc/shim.conf \
  %D%/etc/sysusers.d/clientid.conf \
  %D%/etc/tmpfiles.d/clientid.conf
$(with_directories): $(with_directories:=.in) Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|[@]sbindir[@]|$(sbindir)|g' -e 's|[@]sysconfdir[@]|$(sysconfdir)|g' \
	  -e 's|[@]localstatedir[@]|$(localstatedir)|g' $(srcdir)/$@.in >$@
CLEANFILES += $(with_directories)
EXTRA_DIST += $(with_directories:=.in)
systemdsystemunit_DATA = %D%/etc/clientid-shim.service
sysusers_DATA = %D%/etc/sysusers.d/clientid.conf
tmpfiles_DATA = %D%/etc/tmpfiles.d/clientid.conf

# For configuration and key, which are not ours to install.
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(sysconfdir)/clientid
uninstall-local:
	rmdir $(DESTDIR)$(sysconfdir)/clientid 2>/dev/null || :

# To be copied to where they belong, and adapted.
examplesdir = $(docdir)/examples
nodist_examples_DATA = \
  %D%/etc/clientid.conf \
  %D%/etc/shim.conf
dist_examples_DATA = \
  %D%/etc/clientid-shim.dashboard.json \
  %D%/etc/clientid-shim.fail2ban \
  %D%/etc/clientid-shim.rules.yml \
  %D%/etc/clientid-shim.sasl2.conf

sbin_PROGRAMS += clientid-shim
clientid_shim_SOURCES = \
  %D%/ops/alert_outlets.cpp %D%/ops/alert_outlets.hpp \
  %D%/ops/check.cpp %D%/ops/check.hpp \
  %D%/ops/config.cpp %D%/ops/config.hpp \
  %D%/ops/main.cpp \
  %D%/ops/memory_lock.cpp %D%/ops/memory_lock.hpp \
  %D%/ops/monitor.cpp %D%/ops/monitor.hpp \
  %D%/ops/pid_file.cpp %D%/ops/pid_file.hpp \
  %D%/ops/privileges.cpp %D%/ops/privileges.hpp \
  %D%/ops/server.cpp %D%/ops/server.hpp \
  %D%/ops/service_manager.cpp %D%/ops/service_manager.hpp \
  %D%/ops/service_rules.cpp %D%/ops/service_rules.hpp
clientid_shim_LDADD = libshim.la $(BOOST_PROGRAM_OPTIONS_LIB)

include %D%/debian/local.mk
