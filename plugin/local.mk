# The side of device binding: the module for libsasl, and what the shim and the CLI share.

sasl_module_sources = \
  %D%/sasl/module.cpp

noinst_LTLIBRARIES += libbinding.la
libbinding_la_SOURCES = \
  %D%/config/config_error.hpp \
  %D%/config/durable_file.cpp %D%/config/durable_file.hpp \
  %D%/config/file_descriptor.hpp \
  %D%/config/option_file.cpp %D%/config/option_file.hpp \
  %D%/config/site.cpp %D%/config/site.hpp \
  %D%/identity/fingerprint.cpp %D%/identity/fingerprint.hpp \
  %D%/identity/hex.cpp %D%/identity/hex.hpp \
  %D%/identity/identity.cpp %D%/identity/identity.hpp \
  %D%/identity/key_file.cpp %D%/identity/key_file.hpp \
  %D%/identity/secret.hpp \
  %D%/policy/account.cpp %D%/policy/account.hpp \
  %D%/policy/binding.cpp %D%/policy/binding.hpp \
  %D%/policy/decide.cpp %D%/policy/decide.hpp \
  %D%/policy/network.cpp %D%/policy/network.hpp \
  %D%/policy/settings.cpp %D%/policy/settings.hpp \
  %D%/policy/time.cpp %D%/policy/time.hpp \
  %D%/policy/verdict.cpp %D%/policy/verdict.hpp \
  %D%/store/bindings.cpp %D%/store/bindings.hpp \
  %D%/store/connection.cpp %D%/store/connection.hpp \
  %D%/store/facts.cpp %D%/store/facts.hpp \
  %D%/store/history.cpp %D%/store/history.hpp \
  %D%/store/schema.cpp %D%/store/schema.hpp \
  %D%/store/settings_table.cpp %D%/store/settings_table.hpp \
  %D%/store/sqlite.cpp %D%/store/engine.hpp \
  %D%/store/store_error.hpp
libbinding_la_LIBADD = $(SOCI_LIBS) $(OPENSSL_LIBS) $(BOOST_PROGRAM_OPTIONS_LIB)
