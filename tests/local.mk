# `make check`. Every dialogue and every script is a test of its own; exit status 77 is a test that was skipped.

TEST_EXTENSIONS = .dialog .fuzz .py .sh
DIALOG_LOG_COMPILER = $(PYTHON) $(srcdir)/%D%/dialogs/run.py
PY_LOG_COMPILER = $(PYTHON)
SH_LOG_COMPILER = sh

# Where the module is that programs without sanitizers can load.
if SANITIZERS
FOREIGN_PLUGIN_DIR =
else
FOREIGN_PLUGIN_DIR = $(abs_builddir)/.libs
endif

# Where an Exim is unpacked, if any: it cannot be installed beside Postfix.
EXIM_ROOT =

# Where fail2ban, PgBouncer and Prometheus are unpacked, if they are not installed: they would be started.
FAIL2BAN_ROOT =
PGBOUNCER_ROOT =
PROMETHEUS_ROOT =

AM_TESTS_ENVIRONMENT = \
  SHIM='$(abs_builddir)/clientid-shim'; export SHIM; \
  CLIENTIDCTL='$(abs_builddir)/clientidctl'; export CLIENTIDCTL; \
  SASL_PLUGIN_DIR='$(abs_builddir)/.libs'; export SASL_PLUGIN_DIR; \
  FOREIGN_PLUGIN_DIR='$(FOREIGN_PLUGIN_DIR)'; export FOREIGN_PLUGIN_DIR; \
  SEND_ALERT='$(abs_builddir)/send_alert'; export SEND_ALERT; \
  UNIT_TEST='$(abs_builddir)/unit_test'; export UNIT_TEST; \
  SRCDIR='$(abs_top_srcdir)'; export SRCDIR; \
  EXIM_ROOT='$(EXIM_ROOT)'; export EXIM_ROOT; \
  FAIL2BAN_ROOT='$(FAIL2BAN_ROOT)'; export FAIL2BAN_ROOT; \
  PGBOUNCER_ROOT='$(PGBOUNCER_ROOT)'; export PGBOUNCER_ROOT; \
  PROMETHEUS_ROOT='$(PROMETHEUS_ROOT)'; export PROMETHEUS_ROOT; \
  PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE;

# Everything that `make check` would build first.
.PHONY: check-build
check-build: $(check_PROGRAMS) $(check_LTLIBRARIES)

if DOCTEST
check_PROGRAMS += unit_test
unit_test_SOURCES = \
  %D%/unit/account_test.cpp \
  %D%/unit/alert_command_test.cpp \
  %D%/unit/alert_json_test.cpp \
  %D%/unit/alert_merger_test.cpp \
  %D%/unit/alert_message_test.cpp \
  %D%/unit/alerts_test.cpp \
  %D%/unit/attempt_record_test.cpp \
  %D%/unit/auth_exchange_test.cpp \
  %D%/unit/backend_health_test.cpp \
  %D%/unit/backend_offer_test.cpp \
  %D%/unit/backend_reply_test.cpp \
  %D%/unit/base64_test.cpp \
  %D%/unit/bindings_test.cpp \
  %D%/unit/certificate_choice_test.cpp \
  %D%/unit/changed_key_test.cpp \
  %D%/unit/channel_binding_test.cpp \
  %D%/unit/command_test.cpp \
  %D%/unit/conclusion_test.cpp \
  %D%/unit/connection_limits_test.cpp \
  %D%/unit/connection_test.cpp \
  %D%/unit/content_test.cpp \
  %D%/unit/conversation_content_test.cpp \
  %D%/unit/conversation_desk.hpp \
  %D%/unit/conversation_generated_test.cpp \
  %D%/unit/conversation_loss_test.cpp \
  %D%/unit/conversation_test.cpp \
  %D%/unit/counters_test.cpp \
  %D%/unit/countries_database.hpp \
  %D%/unit/countries_test.cpp \
  %D%/unit/decide_test.cpp \
  %D%/unit/detection_test.cpp \
  %D%/unit/device_elsewhere_test.cpp \
  %D%/unit/device_test.cpp \
  %D%/unit/dot_scanner_test.cpp \
  %D%/unit/dump_test.cpp \
  %D%/unit/durable_file_test.cpp \
  %D%/unit/exposition_test.cpp \
  %D%/unit/facts_reader_test.cpp \
  %D%/unit/facts_test.cpp \
  %D%/unit/failed_passwords_test.cpp \
  %D%/unit/finding_test.cpp \
  %D%/unit/fingerprint_test.cpp \
  %D%/unit/form_test.cpp \
  %D%/unit/full_scan_test.cpp %D%/unit/full_scans.hpp \
  %D%/unit/gathering_bio_test.cpp \
  %D%/unit/geo_location_test.cpp \
  %D%/unit/glob_test.cpp \
  %D%/unit/handshake.cpp %D%/unit/handshake.hpp \
  %D%/unit/hex_test.cpp \
  %D%/unit/history_test.cpp \
  %D%/unit/identity_test.cpp \
  %D%/unit/key_file_test.cpp \
  %D%/unit/keyed_count_test.cpp \
  %D%/unit/keys.hpp \
  %D%/unit/keywords_test.cpp \
  %D%/unit/ledger_test.cpp \
  %D%/unit/line_reader_test.cpp \
  %D%/unit/log_json_test.cpp \
  %D%/unit/log_test.cpp \
  %D%/unit/main.cpp \
  %D%/unit/mac_vendors_test.cpp \
  %D%/unit/message_parameters_test.cpp \
  %D%/unit/monitor_address_test.cpp \
  %D%/unit/moved_devices_test.cpp \
  %D%/unit/network_test.cpp \
  %D%/unit/octet_text_test.cpp \
  %D%/unit/option_fault_test.cpp \
  %D%/unit/option_file_test.cpp \
  %D%/unit/option_types_test.cpp \
  %D%/unit/passed_sockets_test.cpp \
  %D%/unit/plain_message_test.cpp \
  %D%/unit/postgresql_test.cpp \
  %D%/unit/proxy_header_test.cpp \
  %D%/unit/proxy_login_test.cpp \
  %D%/unit/rate_test.cpp \
  %D%/unit/recorder_test.cpp \
  %D%/unit/reply_queue_test.cpp \
  %D%/unit/restriction_test.cpp \
  %D%/unit/restrictions_test.cpp \
  %D%/unit/retention_test.cpp \
  %D%/unit/sasl_file_test.cpp \
  %D%/unit/schema_test.cpp \
  %D%/unit/scram_message_test.cpp \
  %D%/unit/scram_secret_test.cpp \
  %D%/unit/scripted_backend.cpp %D%/unit/scripted_backend.hpp \
  %D%/unit/scripted_client.cpp %D%/unit/scripted_client.hpp \
  %D%/unit/secret_test.cpp \
  %D%/unit/seen_devices_test.cpp \
  %D%/unit/session_lease_test.cpp \
  %D%/unit/session_registry_test.cpp \
  %D%/unit/session_test.cpp \
  %D%/unit/sessions_test.cpp \
  %D%/unit/settings_table_test.cpp \
  %D%/unit/settings_test.cpp \
  %D%/unit/site_test.cpp \
  %D%/unit/smtp_model.cpp %D%/unit/smtp_model.hpp \
  %D%/unit/smtp_script.cpp %D%/unit/smtp_script.hpp \
  %D%/unit/sqlite_test.cpp \
  %D%/unit/store_clock_test.cpp \
  %D%/unit/store_copy_test.cpp \
  %D%/unit/store_url_test.cpp \
  %D%/unit/tally_reader_test.cpp \
  %D%/unit/temporary_certificate.cpp %D%/unit/temporary_certificate.hpp \
  %D%/unit/temporary_directory.hpp \
  %D%/unit/temporary_store.hpp \
  %D%/unit/throttle_test.cpp \
  %D%/unit/ticket_keys_test.cpp \
  %D%/unit/time_test.cpp \
  %D%/unit/tls_context_test.cpp \
  %D%/unit/two_places_test.cpp \
  %D%/unit/type_rule_test.cpp \
  %D%/unit/type_table_test.cpp \
  %D%/unit/vendor_lists.hpp \
  %D%/unit/verdict_request_test.cpp \
  %D%/unit/wait_limit_test.cpp \
  %D%/unit/words_test.cpp \
  %D%/unit/worker_pool_test.cpp \
  %D%/unit/xclient_test.cpp \
  %D%/unit/xtext_test.cpp
unit_test_LDADD = libshim.la $(BOOST_PROGRAM_OPTIONS_LIB) -lsqlite3

check_LTLIBRARIES += libsaslhost.la
libsaslhost_la_SOURCES = \
  %D%/plugin/child_process.cpp %D%/plugin/child_process.hpp \
  %D%/plugin/sasl_host.cpp %D%/plugin/sasl_host.hpp \
  %D%/plugin/sasl_site.cpp %D%/plugin/sasl_site.hpp \
  %D%/plugin/saslauthd.cpp %D%/plugin/saslauthd.hpp \
  %D%/plugin/verdict_listener.cpp %D%/plugin/verdict_listener.hpp
libsaslhost_la_LIBADD = $(SASL_LIBS)

module_tests = canonuser_test module_memory_test module_process_test module_saslauthd_test module_socket_test module_test
check_PROGRAMS += $(module_tests) request_test
canonuser_test_SOURCES = %D%/plugin/canonuser_test.cpp
canonuser_test_LDADD = libsaslhost.la
module_memory_test_SOURCES = \
  %D%/plugin/memory_shortage.cpp %D%/plugin/memory_shortage.hpp \
  %D%/plugin/module_memory_test.cpp
module_memory_test_LDADD = libsaslhost.la
module_process_test_SOURCES = %D%/plugin/module_process_test.cpp
module_process_test_LDADD = libsaslhost.la
module_saslauthd_test_SOURCES = %D%/plugin/module_saslauthd_test.cpp
module_saslauthd_test_LDADD = libsaslhost.la
module_socket_test_SOURCES = %D%/plugin/module_socket_test.cpp
module_socket_test_LDADD = libsaslhost.la
module_test_SOURCES = %D%/plugin/module_test.cpp
module_test_LDADD = libsaslhost.la
request_test_SOURCES = %D%/plugin/request_test.cpp plugin/sasl/request.cpp

TESTS += unit_test $(module_tests) request_test

EXTRA_DIST += %D%/plugin/valgrind.supp
if VALGRIND
# libsasl unloads the module before the end, and a leak would stand there without a name.
module_logs = $(module_tests:=.log) request_test.log
$(module_logs): LOG_COMPILER = $(VALGRIND) --quiet --leak-check=full --keep-debuginfo=yes --error-exitcode=99 \
  --suppressions=$(srcdir)/%D%/plugin/valgrind.supp
endif

check_PROGRAMS += simulation
simulation_SOURCES = \
  %D%/simulation/attacks.cpp %D%/simulation/attacks.hpp \
  %D%/simulation/population.cpp %D%/simulation/population.hpp \
  %D%/simulation/simulated_site.cpp %D%/simulation/simulated_site.hpp \
  %D%/simulation/simulation.cpp
simulation_LDADD = libshim.la
# What it asks is how the rules turn out in numbers; with sanitizers that takes five times as long.
if !SANITIZERS
TESTS += simulation
endif
endif

# No tests: make bench-programs
benches = handshake_floor judge_bench load scale_bench sink
EXTRA_PROGRAMS = $(benches)
handshake_floor_SOURCES = %D%/bench/handshake_floor.cpp %D%/bench/number.hpp
handshake_floor_LDADD = $(OPENSSL_LIBS)
judge_bench_SOURCES = %D%/bench/judge_bench.cpp %D%/bench/number.hpp %D%/unit/temporary_directory.hpp
judge_bench_LDADD = libshim.la
load_SOURCES = %D%/bench/load.cpp %D%/bench/number.hpp
load_LDADD = $(OPENSSL_LIBS)
scale_bench_SOURCES = \
  %D%/bench/scale/fill.cpp %D%/bench/scale/fill.hpp \
  %D%/bench/scale/numbered.hpp \
  %D%/bench/scale/scale_bench.cpp
scale_bench_LDADD = libshim.la
sink_SOURCES = %D%/bench/number.hpp %D%/bench/sink.cpp
CLEANFILES += $(benches)
bench-programs: $(benches)
soak = \
  %D%/bench/growth.py \
  %D%/bench/soak \
  %D%/bench/soak.gp \
  %D%/bench/soak.py \
  %D%/bench/soak_table.py \
  %D%/bench/soaked_site.py \
  %D%/bench/traffic/bad.py \
  %D%/bench/traffic/good.py \
  %D%/bench/traffic/hostile.py \
  %D%/bench/traffic/mix.py \
  %D%/bench/traffic/postmaster.py \
  %D%/bench/traffic/raw.py \
  %D%/bench/traffic/slow.py
EXTRA_DIST += $(soak) %D%/bench/soak.png

TESTS += %D%/plugin/exports_test.sh

# Preloaded into programs of any build.
check_LTLIBRARIES += wrong_clock.la
wrong_clock_la_SOURCES = %D%/system/wrong_clock.cpp
wrong_clock_la_CXXFLAGS = $(WARNING_CXXFLAGS)
wrong_clock_la_LDFLAGS = -module -avoid-version -rpath /nowhere

check_PROGRAMS += send_alert
send_alert_SOURCES = %D%/system/send_alert.cpp
send_alert_LDADD = libshim.la

# The first wait for leases to end, for minutes: the others run beside them.
system_tests = \
  %D%/system/hosts_test.py \
  %D%/system/hosts_clock_test.py \
  %D%/system/alert_keys_test.py \
  %D%/system/alert_kinds_test.py \
  %D%/system/alert_mail_test.py \
  %D%/system/alert_test.py \
  %D%/system/backend_auth_proxied_test.py \
  %D%/system/backend_auth_test.py \
  %D%/system/backend_garbage_test.py \
  %D%/system/backend_name_test.py \
  %D%/system/backend_tls_test.py \
  %D%/system/binding_states_test.py \
  %D%/system/channel_binding_test.py \
  %D%/system/clients_test.py \
  %D%/system/clock_test.py \
  %D%/system/crash_test.py \
  %D%/system/copy_test.py \
  %D%/system/crowd_test.py \
  %D%/system/ctl_attack_test.py \
  %D%/system/ctl_bind_test.py \
  %D%/system/ctl_block_test.py \
  %D%/system/ctl_check_test.py \
  %D%/system/ctl_completion_test.py \
  %D%/system/ctl_doctor_test.py \
  %D%/system/ctl_documents_test.py \
  %D%/system/ctl_edit_test.py \
  %D%/system/ctl_export_test.py \
  %D%/system/ctl_follow_test.py \
  %D%/system/ctl_history_test.py \
  %D%/system/ctl_import_csv_test.py \
  %D%/system/ctl_import_test.py \
  %D%/system/ctl_init_test.py \
  %D%/system/ctl_key_test.py \
  %D%/system/ctl_list_test.py \
  %D%/system/ctl_on_postgresql_test.py \
  %D%/system/ctl_purge_test.py \
  %D%/system/ctl_sessions_test.py \
  %D%/system/ctl_settings_test.py \
  %D%/system/ctl_states_test.py \
  %D%/system/ctl_stats_test.py \
  %D%/system/ctl_store_test.py \
  %D%/system/ctl_table_test.py \
  %D%/system/ctl_terminal_test.py \
  %D%/system/ctl_type_test.py \
  %D%/system/ctl_usage_test.py \
  %D%/system/cut_off_test.py \
  %D%/system/device_limit_test.py \
  %D%/system/fail2ban_test.py \
  %D%/system/failover_test.py \
  %D%/system/handover_proxy_test.py \
  %D%/system/idle_connections_test.py \
  %D%/system/install_test.py \
  %D%/system/key_file_test.py \
  %D%/system/least_privilege_test.py \
  %D%/system/limits_test.py \
  %D%/system/log_format_test.py \
  %D%/system/log_injection_test.py \
  %D%/system/manual_test.py \
  %D%/system/memory_test.py \
  %D%/system/message_test.py \
  %D%/system/metrics_test.py \
  %D%/system/option_secrets_test.py \
  %D%/system/package_test.py \
  %D%/system/password_check_test.py \
  %D%/system/pgbouncer_test.py \
  %D%/system/planted_link_test.py \
  %D%/system/plugin_missing_test.py \
  %D%/system/postgresql_test.py \
  %D%/system/proxied_relay_test.py \
  %D%/system/proxy_protocol_test.py \
  %D%/system/readme_steps_test.py \
  %D%/system/refusal_time_test.py \
  %D%/system/response_injection_test.py \
  %D%/system/scram_refusal_test.py \
  %D%/system/send_proxy_test.py \
  %D%/system/service_manager_test.py \
  %D%/system/session_timeout_test.py \
  %D%/system/shared_limits_test.py \
  %D%/system/signals_test.py \
  %D%/system/slow_client_test.py \
  %D%/system/socket_activation_test.py \
  %D%/system/sql_injection_test.py \
  %D%/system/store_damaged_test.py \
  %D%/system/store_denied_test.py \
  %D%/system/store_fault_test.py \
  %D%/system/store_full_test.py \
  %D%/system/store_gone_test.py \
  %D%/system/store_locked_test.py \
  %D%/system/stuck_auth_test.py \
  %D%/system/system_calls_test.py \
  %D%/system/tls_test.py \
  %D%/system/two_places_test.py \
  %D%/system/type_flags_test.py \
  %D%/system/verdict_test.py
TESTS += $(system_tests) %D%/system/demo.py

dialogs = \
  %D%/dialogs/aliases-of-a-bound-device.dialog \
  %D%/dialogs/auth-8-bit-credentials.dialog \
  %D%/dialogs/auth-bad-base64.dialog \
  %D%/dialogs/auth-before-ehlo.dialog \
  %D%/dialogs/auth-cancelled.dialog \
  %D%/dialogs/auth-cut-off.dialog \
  %D%/dialogs/auth-empty-initial-response.dialog \
  %D%/dialogs/auth-in-any-case.dialog \
  %D%/dialogs/auth-initial-response-too-long.dialog \
  %D%/dialogs/auth-line-too-long.dialog \
  %D%/dialogs/auth-login-as-plain.dialog \
  %D%/dialogs/auth-login-with-name.dialog \
  %D%/dialogs/auth-login.dialog \
  %D%/dialogs/auth-longest-line.dialog \
  %D%/dialogs/auth-not-in-a-transaction.dialog \
  %D%/dialogs/auth-not-in-the-clear.dialog \
  %D%/dialogs/auth-nul-in-credentials.dialog \
  %D%/dialogs/auth-only-once.dialog \
  %D%/dialogs/auth-plain-after-challenge.dialog \
  %D%/dialogs/auth-plain.dialog \
  %D%/dialogs/auth-required-in-the-clear.dialog \
  %D%/dialogs/auth-required.dialog \
  %D%/dialogs/auth-response-too-long-leaves-others-alone.dialog \
  %D%/dialogs/auth-unknown-mechanism.dialog \
  %D%/dialogs/auth-wrong-arguments.dialog \
  %D%/dialogs/bdat-after-data.dialog \
  %D%/dialogs/bdat-before-auth.dialog \
  %D%/dialogs/bdat-before-mail.dialog \
  %D%/dialogs/bdat-beyond-32-bits.dialog \
  %D%/dialogs/bdat-in-the-clear.dialog \
  %D%/dialogs/bdat-malformed.dialog \
  %D%/dialogs/bdat-octets-are-opaque.dialog \
  %D%/dialogs/bdat-one-chunk.dialog \
  %D%/dialogs/bdat-pipelined.dialog \
  %D%/dialogs/bdat-several-chunks.dialog \
  %D%/dialogs/bdat-then-data.dialog \
  %D%/dialogs/bdat-zero-last.dialog \
  %D%/dialogs/d3.1-not-announced-when-off.dialog \
  %D%/dialogs/d3.2-not-announced-in-the-clear.dialog \
  %D%/dialogs/d3.3-announced-after-auth.dialog \
  %D%/dialogs/d3.3-announced-after-starttls.dialog \
  %D%/dialogs/d3.3-announced-on-tls-port.dialog \
  %D%/dialogs/d4.1-longest.dialog \
  %D%/dialogs/d4.1-missing-parts.dialog \
  %D%/dialogs/d4.1-not-the-verb.dialog \
  %D%/dialogs/d4.1-shortest.dialog \
  %D%/dialogs/d4.1-spaces.dialog \
  %D%/dialogs/d4.1-token-characters.dialog \
  %D%/dialogs/d4.1-token-length.dialog \
  %D%/dialogs/d4.1-token-not-printable.dialog \
  %D%/dialogs/d4.1-token-with-nul.dialog \
  %D%/dialogs/d4.1-type-characters.dialog \
  %D%/dialogs/d4.1-type-length.dialog \
  %D%/dialogs/d4.1-type-of-a-dash.dialog \
  %D%/dialogs/d4.10-pipelined-auth.dialog \
  %D%/dialogs/d4.10-pipelined-commands-in-order.dialog \
  %D%/dialogs/d4.10-pipelined-with-ehlo.dialog \
  %D%/dialogs/d4.10-starttls-injection-in-one-group.dialog \
  %D%/dialogs/d4.10-starttls-injection-of-a-command.dialog \
  %D%/dialogs/d4.10-starttls-injection-of-clientid.dialog \
  %D%/dialogs/d4.10-starttls-injection-of-ehlo.dialog \
  %D%/dialogs/d4.10-starttls-injection-of-half-a-line.dialog \
  %D%/dialogs/d4.11-clientid-then-mail.dialog \
  %D%/dialogs/d4.11-clientid-without-auth.dialog \
  %D%/dialogs/d4.2-token-by-octets.dialog \
  %D%/dialogs/d4.2-type-in-any-case.dialog \
  %D%/dialogs/d4.2-verb-in-any-case.dialog \
  %D%/dialogs/d4.3-refused-in-the-clear.dialog \
  %D%/dialogs/d4.4-ehlo-in-the-clear-does-not-count.dialog \
  %D%/dialogs/d4.4-refused-after-helo.dialog \
  %D%/dialogs/d4.4-refused-before-ehlo.dialog \
  %D%/dialogs/d4.5-another-try.dialog \
  %D%/dialogs/d4.5-malformed-counts-as-error.dialog \
  %D%/dialogs/d4.6-first-identity-stays.dialog \
  %D%/dialogs/d4.6-only-once.dialog \
  %D%/dialogs/d4.7-after-cancelled-auth.dialog \
  %D%/dialogs/d4.7-after-failed-auth.dialog \
  %D%/dialogs/d4.7-after-successful-auth.dialog \
  %D%/dialogs/d4.7-after-unknown-mechanism.dialog \
  %D%/dialogs/d4.8-ehlo-and-rset-keep-the-identity.dialog \
  %D%/dialogs/d4.8-identity-counts-after-ehlo-and-rset.dialog \
  %D%/dialogs/d4.8-next-connection-starts-anew.dialog \
  %D%/dialogs/d4.8-starttls-forgets.dialog \
  %D%/dialogs/d4.9-refused-device.dialog \
  %D%/dialogs/d4.9-unknown-type.dialog \
  %D%/dialogs/d7.3-any-type.dialog \
  %D%/dialogs/d7.3-debug.dialog \
  %D%/dialogs/d7.3-ignore.dialog \
  %D%/dialogs/d7.3-not-authenticate.dialog \
  %D%/dialogs/d7.4-mac-form.dialog \
  %D%/dialogs/d7.4-noted.dialog \
  %D%/dialogs/d7.4-pattern.dialog \
  %D%/dialogs/d7.4-uuid-form.dialog \
  %D%/dialogs/d8.1-uuid-as-client-identity.dialog \
  %D%/dialogs/d8.2-client-identity-without-tls.dialog \
  %D%/dialogs/d8.3-client-identity-leading-to-rejection.dialog \
  %D%/dialogs/d8.3-quit-right-after-auth.dialog \
  %D%/dialogs/d8.3-wrong-password-is-refused-at-auth.dialog \
  %D%/dialogs/d8.4-malformed-clientid.dialog \
  %D%/dialogs/d9.1-token-is-shown-to-nobody.dialog \
  %D%/dialogs/device-bound-by-full-name.dialog \
  %D%/dialogs/device-learned.dialog \
  %D%/dialogs/device-not-learned-by-wrong-password.dialog \
  %D%/dialogs/device-observed.dialog \
  %D%/dialogs/device-of-unknown-type.dialog \
  %D%/dialogs/device-survives-guesses-of-others.dialog \
  %D%/dialogs/device-with-licence.dialog \
  %D%/dialogs/keyword-leakage-in-the-clear.dialog \
  %D%/dialogs/keyword-leakage.dialog \
  %D%/dialogs/line-length.dialog \
  %D%/dialogs/max-errors.dialog \
  %D%/dialogs/refusal-by-another-name.dialog \
  %D%/dialogs/refusal-counts-as-error.dialog \
  %D%/dialogs/refusal-denied-type.dialog \
  %D%/dialogs/refusal-device-of-the-authorization-identity.dialog \
  %D%/dialogs/refusal-expired-device.dialog \
  %D%/dialogs/refusal-no-identity.dialog \
  %D%/dialogs/refusal-other-authorization-identity.dialog \
  %D%/dialogs/refusal-pending-device.dialog \
  %D%/dialogs/refusal-revoked-device.dialog \
  %D%/dialogs/refusal-suspended-device.dialog \
  %D%/dialogs/refusal-unbound-device.dialog \
  %D%/dialogs/refusal-unknown-account.dialog \
  %D%/dialogs/refusal-wrong-password.dialog \
  %D%/dialogs/relay-dots.dialog \
  %D%/dialogs/relay-ehlo-ends-a-transaction.dialog \
  %D%/dialogs/relay-etrn-allowed.dialog \
  %D%/dialogs/relay-etrn-not-allowed.dialog \
  %D%/dialogs/relay-handover.dialog \
  %D%/dialogs/relay-left-in-data.dialog \
  %D%/dialogs/relay-no-recipient-left.dialog \
  %D%/dialogs/relay-out-of-order.dialog \
  %D%/dialogs/relay-parameters-pass.dialog \
  %D%/dialogs/relay-pipelined.dialog \
  %D%/dialogs/relay-refused-recipient.dialog \
  %D%/dialogs/relay-rset.dialog \
  %D%/dialogs/relay-split-end.dialog \
  %D%/dialogs/relay-two-messages.dialog \
  %D%/dialogs/relay-verbs-not-allowed.dialog \
  %D%/dialogs/relay-vrfy.dialog \
  %D%/dialogs/session-basics.dialog \
  %D%/dialogs/session-quit-in-a-group.dialog \
  %D%/dialogs/session-silent-client.dialog \
  %D%/dialogs/size-announced-of-the-back-end.dialog \
  %D%/dialogs/size-announced.dialog \
  %D%/dialogs/size-chunks-too-big.dialog \
  %D%/dialogs/size-data-at-the-limit.dialog \
  %D%/dialogs/size-data-too-big.dialog \
  %D%/dialogs/size-declared-too-big.dialog \
  %D%/dialogs/smuggling-bare-cr-in-a-command.dialog \
  %D%/dialogs/smuggling-bare-cr-in-rcpt.dialog \
  %D%/dialogs/smuggling-bare-lf-in-a-command.dialog \
  %D%/dialogs/smuggling-bare-lf-in-auth.dialog \
  %D%/dialogs/smuggling-bare-lf-in-clientid.dialog \
  %D%/dialogs/smuggling-bare-lf-in-mail.dialog \
  %D%/dialogs/smuggling-cr-cr-lf-at-the-end-of-a-command.dialog \
  %D%/dialogs/smuggling-data-bare-cr-in-text.dialog \
  %D%/dialogs/smuggling-data-bare-lf-in-text.dialog \
  %D%/dialogs/smuggling-data-cr-crlf-dot-crlf.dialog \
  %D%/dialogs/smuggling-data-cr-dot-cr.dialog \
  %D%/dialogs/smuggling-data-cr-dot-crlf.dialog \
  %D%/dialogs/smuggling-data-cr-dot-lf.dialog \
  %D%/dialogs/smuggling-data-crlf-dot-cr-crlf.dialog \
  %D%/dialogs/smuggling-data-crlf-dot-cr.dialog \
  %D%/dialogs/smuggling-data-crlf-dot-lf.dialog \
  %D%/dialogs/smuggling-data-dot-lf-at-once.dialog \
  %D%/dialogs/smuggling-data-in-several-writes.dialog \
  %D%/dialogs/smuggling-data-lf-dot-cr.dialog \
  %D%/dialogs/smuggling-data-lf-dot-crlf.dialog \
  %D%/dialogs/smuggling-data-lf-dot-lf.dialog \
  %D%/dialogs/smuggling-data-lf-lf-dot-lf-lf.dialog \
  %D%/dialogs/smuggling-lf-at-the-end-of-a-command.dialog \
  %D%/dialogs/starttls-forgets-ehlo.dialog \
  %D%/dialogs/starttls-only-once.dialog \
  %D%/dialogs/starttls-with-parameter.dialog \
  %D%/dialogs/u6.2.1-attack-from-one-address.dialog \
  %D%/dialogs/u6.2.1-attack-valid-only.dialog \
  %D%/dialogs/u6.2.2-attack-known-only.dialog \
  %D%/dialogs/u6.2.2-attack-on-one-account.dialog \
  %D%/dialogs/u6.2.2-pending-is-not-known.dialog \
  %D%/dialogs/u6.2.3-device-sessions.dialog \
  %D%/dialogs/u6.2.3-session-over.dialog \
  %D%/dialogs/u6.2.4-two-places-noted.dialog \
  %D%/dialogs/u6.2.4-two-places-one-after-the-other.dialog \
  %D%/dialogs/u6.2.4-two-places.dialog \
  %D%/dialogs/uc1-set-of-devices.dialog \
  %D%/dialogs/uc1-set-of-one-account.dialog \
  %D%/dialogs/uc2-bound-by-the-operator.dialog \
  %D%/dialogs/uc2-one-device-on-many-accounts.dialog \
  %D%/dialogs/uc2-shared-type.dialog \
  %D%/dialogs/uc3-learning-window.dialog \
  %D%/dialogs/uc3-remembered-when-learning-ends.dialog \
  %D%/dialogs/uc3-unseen-device-waits.dialog \
  %D%/dialogs/uc4-licence-taken-back.dialog \
  %D%/dialogs/uc4-licence-type-required.dialog \
  %D%/dialogs/uc4-licences-open-any-account.dialog \
  %D%/dialogs/uc5-absent-allowed.dialog \
  %D%/dialogs/uc5-absent-from-a-trusted-network.dialog \
  %D%/dialogs/uc5-absent-refused.dialog \
  %D%/dialogs/uc5-absent-until-bound.dialog \
  %D%/dialogs/uc5-limit-of-clients-without.dialog \
  %D%/dialogs/uc6-address-blocked.dialog \
  %D%/dialogs/uc6-address-limit.dialog \
  %D%/dialogs/uc6-device-attempts.dialog \
  %D%/dialogs/uc6-device-blocked.dialog \
  %D%/dialogs/uc6-device-limit-behind-one-address.dialog \
  %D%/dialogs/uc7-account-tried-from-many-networks.dialog \
  %D%/dialogs/uc7-account-under-attack.dialog \
  %D%/dialogs/uc7-failures-overall.dialog \
  %D%/dialogs/uc7-old-password-counts-once.dialog \
  %D%/dialogs/uc7-spray-from-one-address.dialog \
  %D%/dialogs/uc7-spray-from-one-device.dialog \
  %D%/dialogs/uc7-spray-with-a-stolen-token.dialog \
  %D%/dialogs/uc8-third-factor-with-login.dialog \
  %D%/dialogs/uc8-third-factor.dialog \
  %D%/dialogs/x2-account-limit.dialog \
  %D%/dialogs/x2-refusals-prolong-nothing.dialog \
  %D%/dialogs/x2-token-guessed-with-elsewhere.dialog \
  %D%/dialogs/x4-observe-limits.dialog \
  %D%/dialogs/x4-observe.dialog \
  %D%/dialogs/x5-approve-and-deny.dialog \
  %D%/dialogs/x5-full-account-has-a-quarantine.dialog \
  %D%/dialogs/x5-wrong-password-is-not-kept.dialog \
  %D%/dialogs/x8-block-outlives-its-key.dialog \
  %D%/dialogs/x8-device-learned-once.dialog \
  %D%/dialogs/x8-key-rotated.dialog \
  %D%/dialogs/xclient-after-auth.dialog \
  %D%/dialogs/xclient-around-a-pipelined-group.dialog \
  %D%/dialogs/xclient-before-auth.dialog \
  %D%/dialogs/xclient-in-the-clear.dialog \
  %D%/dialogs/xclient-in-the-ehlo-name.dialog \
  %D%/dialogs/xclient-pipelined.dialog
TESTS += $(dialogs)

EXTRA_DIST += $(dialogs) $(system_tests) \
  %D%/bench/bench.png %D%/bench/measure.py %D%/bench/peers.py %D%/bench/plot.gp %D%/bench/processes.py %D%/bench/refusal_times.py \
  %D%/bench/run.sh %D%/bench/scale/scale.py %D%/dialogs/placeholders.py %D%/dialogs/run.py %D%/dialogs/session.py \
  %D%/packages.sh %D%/plugin/exports_test.sh %D%/run.sh %D%/system/alerted.py %D%/system/authority.py \
  %D%/system/builds.py %D%/system/client.py %D%/system/confine.py %D%/system/ctl_import_site.py %D%/system/ctl_site.py \
  %D%/system/cut_off.py %D%/system/demo.py %D%/system/doctored.py %D%/system/dovecot.py %D%/system/exim.py \
  %D%/system/hosts.py %D%/system/installed_tree.py %D%/system/journald.py %D%/system/load.py %D%/system/mail_host.py \
  %D%/system/mechanisms.py %D%/system/monitored.py %D%/system/network.py %D%/system/older_store.py \
  %D%/system/outcomes.py %D%/system/postfix.py %D%/system/postgresql.py %D%/system/private_root.py \
  %D%/system/proxied.py %D%/system/readme_steps.py %D%/system/refusing.py %D%/system/resolver.py \
  %D%/system/rules_test.yml %D%/system/saslauthd.py %D%/system/scram.py %D%/system/scripted.py \
  %D%/system/settings.py %D%/system/site.py %D%/system/terminal.py %D%/system/trap.py %D%/system/two_shims.py \
  %D%/system/unit.py %D%/system/waiting.py %D%/unit/make_countries.pl shim/demo.sh

include %D%/fuzz/local.mk
