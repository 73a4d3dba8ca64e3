# Hostile input: a target of libFuzzer is a program, and its corpus a directory of its name. `make fuzz` lets all of them
# look for new inputs that break something, for FUZZ_SECONDS each; `make fuzz-check` is short, and the same each time.

FUZZ_SECONDS = 60
FUZZ_RUNS = 2000
FUZZ_LIMIT = --seconds $(FUZZ_SECONDS)
FUZZ_LOG_COMPILER = $(PYTHON) $(srcdir)/%D%/run.py
AM_FUZZ_LOG_FLAGS = $(FUZZ_LIMIT)

# What is fuzzed, and no more: it is compiled once more for it.
EXTRA_LTLIBRARIES = libfuzzed.la
libfuzzed_la_CPPFLAGS = $(AM_CPPFLAGS)
libfuzzed_la_LIBADD = $(SASL_LIBS) $(OPENSSL_LIBS) $(RE2_LIBS) $(SYSTEMD_LIBS)
libfuzzed_la_SOURCES = \
  %D%/backend_ear.cpp %D%/backend_ear.hpp \
  %D%/config_fault.cpp %D%/config_fault.hpp \
  %D%/fuzz.cpp %D%/fuzz.hpp \
  %D%/replies.cpp %D%/replies.hpp \
  %D%/text_file.cpp %D%/text_file.hpp \
  plugin/config/draft_file.cpp \
  plugin/config/durable_file.cpp \
  plugin/config/file_access.cpp \
  plugin/config/option_fault.cpp \
  plugin/config/option_file.cpp \
  plugin/config/sasl_file.cpp \
  plugin/config/site.cpp \
  plugin/config/user_names.cpp \
  plugin/config/utf8.cpp \
  plugin/config/words.cpp \
  plugin/ctl/csv_reader.cpp \
  plugin/ctl/input_file.cpp \
  plugin/ctl/interruption.cpp \
  plugin/ctl/label.cpp \
  plugin/ctl/output.cpp \
  plugin/ctl/record.cpp \
  plugin/ctl/record_fields.cpp \
  plugin/ctl/record_parser.cpp \
  plugin/ctl/restriction_view.cpp \
  plugin/ctl/table.cpp \
  plugin/ctl/terminal.cpp \
  plugin/ctl/terminal_text.cpp \
  plugin/ctl/time_json.cpp \
  plugin/identity/fingerprint.cpp \
  plugin/identity/form.cpp \
  plugin/identity/hex.cpp \
  plugin/identity/identity.cpp \
  plugin/identity/key_file.cpp \
  plugin/identity/mac_vendors.cpp \
  plugin/identity/secret_file.cpp \
  plugin/policy/account.cpp \
  plugin/policy/binding.cpp \
  plugin/policy/network.cpp \
  plugin/policy/rate.cpp \
  plugin/policy/restriction.cpp \
  plugin/policy/settings.cpp \
  plugin/policy/time.cpp \
  plugin/policy/type_rule.cpp \
  plugin/sasl/request.cpp \
  plugin/store/outcome.cpp \
  shim/auth/scram_secret.cpp \
  shim/auth/verdict_request.cpp \
  shim/net/backend_address.cpp \
  shim/net/listen_address.cpp \
  shim/net/monitor_address.cpp \
  shim/net/proxy_header.cpp \
  shim/ops/config.cpp \
  shim/ops/journal.cpp \
  shim/ops/log.cpp \
  shim/ops/log_json.cpp \
  shim/ops/option_types.cpp \
  shim/smtp/alert_message.cpp \
  shim/smtp/auth_exchange.cpp \
  shim/smtp/backend_offer.cpp \
  shim/smtp/backend_reply.cpp \
  shim/smtp/base64.cpp \
  shim/smtp/command.cpp \
  shim/smtp/content.cpp \
  shim/smtp/conversation.cpp \
  shim/smtp/dot_scanner.cpp \
  shim/smtp/keywords.cpp \
  shim/smtp/line_reader.cpp \
  shim/smtp/message_parameters.cpp \
  shim/smtp/plain_message.cpp \
  shim/smtp/reply_queue.cpp \
  shim/smtp/scram_message.cpp \
  shim/smtp/session.cpp \
  shim/smtp/xclient.cpp \
  shim/smtp/xtext.cpp

fuzz_targets = \
  %D%/account.fuzz \
  %D%/backend_reply.fuzz \
  %D%/base64.fuzz \
  %D%/clientid_conf.fuzz \
  %D%/command.fuzz \
  %D%/conversation.fuzz \
  %D%/csv.fuzz \
  %D%/dot_scanner.fuzz \
  %D%/key_file.fuzz \
  %D%/line_reader.fuzz \
  %D%/network.fuzz \
  %D%/proxy_header.fuzz \
  %D%/record.fuzz \
  %D%/relay.fuzz \
  %D%/reply_queue.fuzz \
  %D%/sasl_file.fuzz \
  %D%/sasl_messages.fuzz \
  %D%/session.fuzz \
  %D%/settings.fuzz \
  %D%/shim_conf.fuzz \
  %D%/shown_text.fuzz \
  %D%/time.fuzz \
  %D%/type_rule.fuzz \
  %D%/verdict_request.fuzz
EXTRA_PROGRAMS += $(fuzz_targets)
fuzz_libs = libfuzzed.la $(BOOST_PROGRAM_OPTIONS_LIB) $(FUZZER_LIBS)
%C%_account_fuzz_SOURCES = %D%/account.cpp
%C%_account_fuzz_LDADD = $(fuzz_libs)
%C%_backend_reply_fuzz_SOURCES = %D%/backend_reply.cpp
%C%_backend_reply_fuzz_LDADD = $(fuzz_libs)
%C%_base64_fuzz_SOURCES = %D%/base64.cpp
%C%_base64_fuzz_LDADD = $(fuzz_libs)
%C%_clientid_conf_fuzz_SOURCES = %D%/clientid_conf.cpp
%C%_clientid_conf_fuzz_LDADD = $(fuzz_libs)
%C%_command_fuzz_SOURCES = %D%/command.cpp
%C%_command_fuzz_LDADD = $(fuzz_libs)
%C%_conversation_fuzz_SOURCES = %D%/conversation.cpp
%C%_conversation_fuzz_LDADD = $(fuzz_libs)
%C%_csv_fuzz_SOURCES = %D%/csv.cpp
%C%_csv_fuzz_LDADD = $(fuzz_libs)
%C%_dot_scanner_fuzz_SOURCES = %D%/dot_scanner.cpp
%C%_dot_scanner_fuzz_LDADD = $(fuzz_libs)
%C%_key_file_fuzz_SOURCES = %D%/key_file.cpp
%C%_key_file_fuzz_LDADD = $(fuzz_libs)
%C%_line_reader_fuzz_SOURCES = %D%/line_reader.cpp
%C%_line_reader_fuzz_LDADD = $(fuzz_libs)
%C%_network_fuzz_SOURCES = %D%/network.cpp
%C%_network_fuzz_LDADD = $(fuzz_libs)
%C%_proxy_header_fuzz_SOURCES = %D%/proxy_header.cpp
%C%_proxy_header_fuzz_LDADD = $(fuzz_libs)
%C%_record_fuzz_SOURCES = %D%/record.cpp
%C%_record_fuzz_LDADD = $(fuzz_libs)
%C%_relay_fuzz_SOURCES = %D%/relay.cpp
%C%_relay_fuzz_LDADD = $(fuzz_libs)
%C%_reply_queue_fuzz_SOURCES = %D%/reply_queue.cpp
%C%_reply_queue_fuzz_LDADD = $(fuzz_libs)
%C%_sasl_file_fuzz_SOURCES = %D%/sasl_file.cpp
%C%_sasl_file_fuzz_LDADD = $(fuzz_libs)
%C%_sasl_messages_fuzz_SOURCES = %D%/sasl_messages.cpp
%C%_sasl_messages_fuzz_LDADD = $(fuzz_libs)
%C%_session_fuzz_SOURCES = %D%/session.cpp
%C%_session_fuzz_LDADD = $(fuzz_libs)
%C%_settings_fuzz_SOURCES = %D%/settings.cpp
%C%_settings_fuzz_LDADD = $(fuzz_libs)
%C%_shim_conf_fuzz_SOURCES = %D%/shim_conf.cpp
%C%_shim_conf_fuzz_LDADD = $(fuzz_libs)
%C%_shown_text_fuzz_SOURCES = %D%/shown_text.cpp
%C%_shown_text_fuzz_LDADD = $(fuzz_libs)
%C%_time_fuzz_SOURCES = %D%/time.cpp
%C%_time_fuzz_LDADD = $(fuzz_libs)
%C%_type_rule_fuzz_SOURCES = %D%/type_rule.cpp
%C%_type_rule_fuzz_LDADD = $(fuzz_libs)
%C%_verdict_request_fuzz_SOURCES = %D%/verdict_request.cpp
%C%_verdict_request_fuzz_LDADD = $(fuzz_libs)

fuzz_logs = $(fuzz_targets:.fuzz=.log)
CLEANFILES += $(fuzz_targets)

.PHONY: fuzz fuzz-check fuzz-programs
fuzz-check:
	@$(MAKE) $(AM_MAKEFLAGS) fuzz FUZZ_LIMIT='--runs $(FUZZ_RUNS)'
if FUZZING
TESTS += $(fuzz_targets)
fuzz-programs: $(fuzz_targets)
# By their logs: check-TESTS would build all other tests as well. New inputs stay in this tree.
fuzz: $(fuzz_targets)
	@rm -f $(fuzz_logs) $(fuzz_logs:.log=.trs)
	@$(MAKE) $(AM_MAKEFLAGS) $(fuzz_logs)
	@failed=`grep -l '^:global-test-result: FAIL' $(fuzz_logs:.log=.trs) | sed 's/trs$$/log/'`; \
	  test -z "$$failed" || { tail -n 40 $$failed; exit 1; }
else
fuzz fuzz-programs:
	@echo "this tree is not for fuzzing: configure one with --enable-fuzzing CC=clang CXX=clang++" >&2; exit 1
endif

EXTRA_DIST += %D%/corpus %D%/run.py %D%/configuration.dict %D%/policy.dict %D%/record.dict %D%/smtp.dict
