// The commands themselves, by the file they are in. command.cpp says what each of them takes.
#pragma once

#include "plugin/ctl/arguments.hpp"
#include "plugin/ctl/context.hpp"
#include "plugin/ctl/failure.hpp"

namespace clientid::ctl {

using Verb = Status(Context& context, const Arguments& arguments);

Verb init;  // init.cpp

Verb enrol;  // enrol.cpp
Verb bind;
Verb licence_add;

Verb list;  // listing.cpp
Verb show;
Verb pending;
Verb licence_list;

Verb change_state;  // states.cpp: approve, deny, suspend, resume, revoke

Verb remove;  // edits.cpp
Verb licence_remove;
Verb label;
Verb expire;

Verb account_show;  // settings_verbs.cpp
Verb account_set;
Verb account_unset;
Verb policy_show;
Verb policy_set;
Verb policy_unset;

Verb type_list;  // types.cpp
Verb type_show;
Verb type_set;
Verb type_unset;

Verb block_list;  // blocks.cpp
Verb block_add;
Verb block_remove;

Verb attack_status;  // attack.cpp
Verb attack_on;
Verb attack_off;

Verb check;    // check.cpp
Verb history;  // history.cpp

Verb sessions;  // sessions.cpp
Verb stats;     // stats.cpp
Verb doctor;    // doctor.cpp
Verb purge;     // purge.cpp

Verb key_list;  // keys.cpp
Verb key_rotate;
Verb key_retire;
Verb export_store;  // export.cpp
Verb import_file;   // import.cpp
Verb copy_store;    // copy.cpp

Verb complete;  // completion.cpp

}  // namespace clientid::ctl
