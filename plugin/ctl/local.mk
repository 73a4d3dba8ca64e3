bin_PROGRAMS += clientidctl
clientidctl_SOURCES = \
  %D%/arguments.cpp %D%/arguments.hpp \
  %D%/attack.cpp \
  %D%/binding_view.cpp %D%/binding_view.hpp \
  %D%/blocks.cpp \
  %D%/change.cpp %D%/change.hpp \
  %D%/check.cpp \
  %D%/command.cpp %D%/command.hpp \
  %D%/context.cpp %D%/context.hpp \
  %D%/edits.cpp \
  %D%/enrol.cpp \
  %D%/failure.hpp \
  %D%/help.cpp %D%/help.hpp \
  %D%/history.cpp \
  %D%/init.cpp \
  %D%/label.cpp %D%/label.hpp \
  %D%/listing.cpp \
  %D%/main.cpp \
  %D%/output.cpp %D%/output.hpp \
  %D%/restriction_view.cpp %D%/restriction_view.hpp \
  %D%/selector.cpp %D%/selector.hpp \
  %D%/setting_edit.hpp \
  %D%/settings_verbs.cpp \
  %D%/silent_terminal.cpp %D%/silent_terminal.hpp \
  %D%/states.cpp \
  %D%/terminal_text.cpp %D%/terminal_text.hpp \
  %D%/token_input.cpp %D%/token_input.hpp \
  %D%/types.cpp \
  %D%/utf8.cpp %D%/utf8.hpp \
  %D%/verbs.hpp
clientidctl_LDADD = libbinding.la $(BOOST_PROGRAM_OPTIONS_LIB)
