bin_PROGRAMS += clientidctl
clientidctl_SOURCES = \
  %D%/arguments.cpp %D%/arguments.hpp \
  %D%/attack.cpp \
  %D%/binding_view.cpp %D%/binding_view.hpp \
  %D%/blocks.cpp \
  %D%/change.cpp %D%/change.hpp \
  %D%/check.cpp \
  %D%/command.cpp %D%/command.hpp \
  %D%/completion.cpp \
  %D%/confirmation.cpp %D%/confirmation.hpp \
  %D%/context.cpp %D%/context.hpp \
  %D%/copy.cpp \
  %D%/counted.hpp \
  %D%/csv_import.cpp %D%/csv_import.hpp \
  %D%/csv_reader.cpp %D%/csv_reader.hpp \
  %D%/doctor.cpp %D%/doctor.hpp \
  %D%/doctor_sasl.cpp \
  %D%/doctor_service.cpp \
  %D%/doctor_site.cpp \
  %D%/edits.cpp \
  %D%/enrol.cpp \
  %D%/export.cpp \
  %D%/export_import.cpp %D%/export_import.hpp \
  %D%/failure.hpp \
  %D%/help.cpp %D%/help.hpp \
  %D%/history.cpp \
  %D%/import.cpp \
  %D%/importer.cpp %D%/importer.hpp \
  %D%/init.cpp \
  %D%/input_file.cpp %D%/input_file.hpp \
  %D%/interruption.cpp %D%/interruption.hpp \
  %D%/keys.cpp \
  %D%/label.cpp %D%/label.hpp \
  %D%/listing.cpp \
  %D%/lock_pause.hpp \
  %D%/mail_server.cpp %D%/mail_server.hpp \
  %D%/main.cpp \
  %D%/other_user.cpp %D%/other_user.hpp \
  %D%/output.cpp %D%/output.hpp \
  %D%/program.cpp %D%/program.hpp \
  %D%/progress.cpp %D%/progress.hpp \
  %D%/purge.cpp \
  %D%/record.cpp %D%/record.hpp \
  %D%/record_fields.cpp %D%/record_fields.hpp \
  %D%/record_parser.cpp \
  %D%/restriction_view.cpp %D%/restriction_view.hpp \
  %D%/selector.cpp %D%/selector.hpp \
  %D%/sessions.cpp \
  %D%/setting_edit.hpp \
  %D%/settings_verbs.cpp \
  %D%/silent_terminal.cpp %D%/silent_terminal.hpp \
  %D%/states.cpp \
  %D%/stats.cpp \
  %D%/table.cpp %D%/table.hpp \
  %D%/terminal.cpp %D%/terminal.hpp \
  %D%/terminal_text.cpp %D%/terminal_text.hpp \
  %D%/time_json.cpp %D%/time_json.hpp \
  %D%/token_input.cpp %D%/token_input.hpp \
  %D%/typed_line.cpp %D%/typed_line.hpp \
  %D%/types.cpp \
  %D%/verbs.hpp
clientidctl_LDADD = libbinding.la $(BOOST_PROGRAM_OPTIONS_LIB)

dist_bashcompletion_DATA = %D%/completion/bash/clientidctl
dist_zshcompletion_DATA = %D%/completion/zsh/_clientidctl
dist_fishcompletion_DATA = %D%/completion/fish/clientidctl.fish
