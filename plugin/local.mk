# The side of device binding: the module for libsasl, and what the shim and the CLI share.

# The module lives in other people's processes: it brings no C++ run time with it, and shows nothing but what libsasl
# looks for.
plugin_LTLIBRARIES = libclientid.la
libclientid_la_SOURCES = \
  %D%/sasl/auxprop.cpp %D%/sasl/auxprop.hpp \
  %D%/sasl/canonuser.cpp %D%/sasl/canonuser.hpp \
  %D%/sasl/deadline.hpp \
  %D%/sasl/judge.cpp %D%/sasl/judge.hpp \
  %D%/sasl/judge_client.cpp %D%/sasl/judge_client.hpp \
  %D%/sasl/module.cpp %D%/sasl/module.hpp \
  %D%/sasl/options.cpp %D%/sasl/options.hpp \
  %D%/sasl/properties.cpp %D%/sasl/properties.hpp \
  %D%/sasl/question.hpp \
  %D%/sasl/request.cpp %D%/sasl/request.hpp \
  %D%/sasl/words.hpp
libclientid_la_CPPFLAGS = $(AM_CPPFLAGS) -DCLIENTID_DEFAULT_SERVICE='"unix:$(runstatedir)/clientid/verdict"'
libclientid_la_CXXFLAGS = $(AM_CXXFLAGS) -fno-exceptions -fno-rtti -fvisibility=hidden
libclientid_la_LDFLAGS = -module -avoid-version -shared -export-symbols-regex '^sasl_(auxprop_plug|canonuser)_init$$'
if !SANITIZERS
libclientid_la_LDFLAGS += -Wl,-z,defs
endif
libclientid_la_LINK = $(LIBTOOL) $(AM_V_lt) --tag=CC $(AM_LIBTOOLFLAGS) $(LIBTOOLFLAGS) --mode=link $(CC) \
  $(SANITIZER_CXXFLAGS) $(libclientid_la_LDFLAGS) $(LDFLAGS) -o $@

# libsasl would read the .la file, which says nothing that it needs.
install-data-hook:
	rm -f $(DESTDIR)$(plugindir)/libclientid.la
uninstall-hook:
	rm -f $(DESTDIR)$(plugindir)/libclientid.so

noinst_LTLIBRARIES += libbinding.la
libbinding_la_SOURCES = \
  %D%/config/config_error.hpp \
  %D%/config/draft_file.cpp %D%/config/draft_file.hpp \
  %D%/config/durable_file.cpp %D%/config/durable_file.hpp \
  %D%/config/file_access.cpp %D%/config/file_access.hpp \
  %D%/config/file_descriptor.hpp \
  %D%/config/finding.cpp %D%/config/finding.hpp \
  %D%/config/json_text.hpp \
  %D%/config/option_fault.cpp %D%/config/option_fault.hpp \
  %D%/config/option_file.cpp %D%/config/option_file.hpp \
  %D%/config/sasl_file.cpp %D%/config/sasl_file.hpp \
  %D%/config/site.cpp %D%/config/site.hpp \
  %D%/config/user_names.cpp %D%/config/user_names.hpp \
  %D%/config/utf8.cpp %D%/config/utf8.hpp \
  %D%/config/words.cpp %D%/config/words.hpp \
  %D%/identity/core_dump.cpp %D%/identity/core_dump.hpp \
  %D%/identity/changed_key.cpp %D%/identity/changed_key.hpp \
  %D%/identity/fingerprint.cpp %D%/identity/fingerprint.hpp \
  %D%/identity/form.cpp %D%/identity/form.hpp \
  %D%/identity/hex.cpp %D%/identity/hex.hpp \
  %D%/identity/identity.cpp %D%/identity/identity.hpp \
  %D%/identity/key_file.cpp %D%/identity/key_file.hpp \
  %D%/identity/mac_vendors.cpp %D%/identity/mac_vendors.hpp \
  %D%/identity/secret.hpp \
  %D%/identity/secret_file.cpp %D%/identity/secret_file.hpp \
  %D%/policy/abuse_rules.cpp \
  %D%/policy/account.cpp %D%/policy/account.hpp \
  %D%/policy/alert.cpp %D%/policy/alert.hpp \
  %D%/policy/attempt.hpp \
  %D%/policy/binding.cpp %D%/policy/binding.hpp \
  %D%/policy/binding_rules.cpp \
  %D%/policy/decide.cpp %D%/policy/decide.hpp \
  %D%/policy/device.cpp %D%/policy/device.hpp \
  %D%/policy/facts.cpp %D%/policy/facts.hpp \
  %D%/policy/geo_location.cpp %D%/policy/geo_location.hpp \
  %D%/policy/glob.cpp %D%/policy/glob.hpp \
  %D%/policy/identity_rules.cpp \
  %D%/policy/limit.hpp \
  %D%/policy/network.cpp %D%/policy/network.hpp \
  %D%/policy/rate.cpp %D%/policy/rate.hpp \
  %D%/policy/restriction.cpp %D%/policy/restriction.hpp \
  %D%/policy/rule.hpp \
  %D%/policy/settings.cpp %D%/policy/settings.hpp \
  %D%/policy/time.cpp %D%/policy/time.hpp \
  %D%/policy/two_places.cpp %D%/policy/two_places.hpp \
  %D%/policy/type_rule.cpp %D%/policy/type_rule.hpp \
  %D%/policy/verdict.cpp %D%/policy/verdict.hpp \
  %D%/store/account_data.cpp %D%/store/account_data.hpp \
  %D%/store/any_of.cpp %D%/store/any_of.hpp \
  %D%/store/binding_loader.cpp %D%/store/binding_loader.hpp \
  %D%/store/binding_row.cpp %D%/store/binding_row.hpp \
  %D%/store/bindings.cpp %D%/store/bindings.hpp \
  %D%/store/clock_tolerance.hpp \
  %D%/store/connection.cpp %D%/store/connection.hpp \
  %D%/store/counters.cpp %D%/store/counters.hpp \
  %D%/store/detection.cpp %D%/store/detection.hpp \
  %D%/store/countries.cpp %D%/store/countries.hpp \
  %D%/store/device_counts.cpp %D%/store/device_counts.hpp \
  %D%/store/device_elsewhere.cpp %D%/store/device_elsewhere.hpp \
  %D%/store/dump.cpp %D%/store/dump.hpp \
  %D%/store/engine.hpp \
  %D%/store/event_loader.cpp %D%/store/event_loader.hpp \
  %D%/store/event_row.cpp %D%/store/event_row.hpp \
  %D%/store/facts_reader.cpp %D%/store/facts_reader.hpp \
  %D%/store/history.cpp %D%/store/history.hpp \
  %D%/store/key_usage.cpp %D%/store/key_usage.hpp \
  %D%/store/ledger.cpp %D%/store/ledger.hpp \
  %D%/store/moved_devices.cpp %D%/store/moved_devices.hpp \
  %D%/store/octet_text.cpp %D%/store/octet_text.hpp \
  %D%/store/oddities.cpp %D%/store/oddities.hpp \
  %D%/store/outcome.cpp %D%/store/outcome.hpp \
  %D%/store/restrictions.cpp %D%/store/restrictions.hpp \
  %D%/store/retention.cpp %D%/store/retention.hpp \
  %D%/store/schema.cpp %D%/store/schema.hpp \
  %D%/store/seen_devices.cpp %D%/store/seen_devices.hpp \
  %D%/store/session_counter.cpp %D%/store/session_counter.hpp \
  %D%/store/session_lease.hpp \
  %D%/store/session_list.cpp %D%/store/session_list.hpp \
  %D%/store/sessions.cpp %D%/store/sessions.hpp \
  %D%/store/settings_reader.cpp %D%/store/settings_reader.hpp \
  %D%/store/settings_table.cpp %D%/store/settings_table.hpp \
  %D%/store/slices.hpp \
  %D%/store/sqlite.cpp \
  %D%/store/statement.cpp %D%/store/statement.hpp \
  %D%/store/statistics.cpp %D%/store/statistics.hpp \
  %D%/store/store_clock.cpp %D%/store/store_clock.hpp \
  %D%/store/store_copy.cpp %D%/store/store_copy.hpp \
  %D%/store/store_error.hpp \
  %D%/store/store_url.cpp %D%/store/store_url.hpp \
  %D%/store/suggestions.cpp %D%/store/suggestions.hpp \
  %D%/store/table.cpp %D%/store/table.hpp \
  %D%/store/table_digest.cpp %D%/store/table_digest.hpp \
  %D%/store/table_reader.cpp %D%/store/table_reader.hpp \
  %D%/store/table_row.cpp %D%/store/table_row.hpp \
  %D%/store/table_writer.cpp %D%/store/table_writer.hpp \
  %D%/store/tally_reader.cpp %D%/store/tally_reader.hpp \
  %D%/store/type_table.cpp %D%/store/type_table.hpp \
  %D%/store/wait_limit.cpp %D%/store/wait_limit.hpp \
  %D%/store/where.cpp %D%/store/where.hpp
libbinding_la_LIBADD = $(SOCI_LIBS) $(OPENSSL_LIBS) $(RE2_LIBS) $(MAXMINDDB_LIBS) \
  $(BOOST_PROGRAM_OPTIONS_LIB)

if POSTGRESQL
noinst_LTLIBRARIES += libpostgresql.la
libpostgresql_la_SOURCES = %D%/store/postgresql.cpp
libpostgresql_la_CXXFLAGS = $(AM_CXXFLAGS) $(LIBPQ_CFLAGS)
if SANITIZERS
# SOCI does not export the type information that this one looks for.
libpostgresql_la_CXXFLAGS += -fno-sanitize=vptr
endif
libbinding_la_LIBADD += libpostgresql.la $(LIBPQ_LIBS)
else
libbinding_la_SOURCES += %D%/store/no_postgresql.cpp
endif

include plugin/ctl/local.mk
