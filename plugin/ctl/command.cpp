#include "plugin/ctl/command.hpp"

#include <array>

#include "plugin/ctl/verbs.hpp"

namespace clientid::ctl {
namespace {

constexpr std::array enrol_options{
    Option{"label", "TEXT", "a name for the device"},
    Option{"type", "TYPE", "type of the identity (UUID)"},
};
constexpr std::array bind_options{
    Option{"label", "TEXT", "a name for the device"},
    Option{"expires", "WHEN", "refuse the device from then on"},
};
constexpr std::array list_options{
    Option{"state", "STATE", "only active, pending, suspended or revoked ones"},
    Option{"type", "TYPE", "only identities of this type"},
    Option{"unused-for", "DURATION", "only those not used for so long, such as 90d"},
    Option{"key", "KEY", "only those made under this hash key"},
};
constexpr std::array rotate_options{
    Option{"prepare", "", "only make the key, for other hosts to know it first"},
};
constexpr std::array retire_options{
    Option{"yes", "", "do not ask where something stands under it"},
};
constexpr std::array suspend_options{
    Option{"for", "DURATION", "end by itself after so long, such as 2h"},
};
constexpr std::array remove_options{
    Option{"yes", "", "do not ask before removing several"},
};
constexpr std::array block_options{
    Option{"for", "DURATION", "end by itself after so long, such as 2h"},
    Option{"reason", "TEXT", "what for, for people"},
};
constexpr std::array attack_options{
    Option{"known-only", "", "let in bound devices alone (if neither is given)"},
    Option{"valid-only", "", "let in those alone that show an identity"},
    Option{"account", "ACCOUNT", "for this account alone"},
    Option{"address", "NET", "for this address or network alone"},
    Option{"for", "DURATION", "end by itself after so long, such as 2h"},
};
constexpr std::array attack_off_options{
    Option{"account", "ACCOUNT", "that of this account"},
    Option{"address", "NET", "that of this address or network"},
};
constexpr std::array check_options{
    Option{"peer", "ADDRESS", "IP address of the client"},
    Option{"service", "NAME", "name of the service (smtp)"},
};
constexpr std::array history_options{
    Option{"since", "TIME", "only from then on; 2h is two hours ago"},
    Option{"device", "FINGERPRINT", "only of this device"},
    Option{"limit", "NUMBER", "only the newest ones"},
    Option{"follow", "", "go on printing what happens"},
};
constexpr std::array stats_options{
    Option{"since", "TIME", "count what happened from then on (24h); 2h is two hours ago"},
};
constexpr std::array export_options{
    Option{"account", "ACCOUNT", "all that is kept about this account alone"},
    Option{"without-history", "", "leave out what happened"},
    Option{"yes", "", "do not ask before overwriting a file"},
};
constexpr std::array import_options{
    Option{"format", "FORMAT", "jsonl, as export writes it (the default), or csv"},
    Option{"skip-conflicts", "", "leave alone what the store has in another form, and go on"},
    Option{"any-key", "", "take fingerprints of a key that the key file does not hold"},
    Option{"dry-run", "", "only say what would be done"},
};
constexpr std::array purge_options{
    Option{"older-than", "DURATION", "remove history older than that (90d)"},
    Option{"account", "ACCOUNT", "remove all that is kept about this account instead"},
    Option{"dry-run", "", "only say what would be removed"},
    Option{"yes", "", "do not ask"},
};
constexpr std::array doctor_options{
    Option{"shim-config", "FILE", "the shim.conf to look at (that beside clientid.conf)"},
    Option{"backend-sasl", "FILE", "the SASL configuration of a back end that does AUTH"},
};

constexpr std::array table{
    Command{"init", "", "make store and key", 0, 0, {}, init},
    Command{"enrol", "ACCOUNT", "make a token, bind it, and print it once", 1, 1, enrol_options, enrol},
    Command{"bind", "ACCOUNT TYPE TOKEN|-", "bind a device whose token is known", 3, 3, bind_options, bind},
    Command{"licence add", "TYPE TOKEN|-", "bind a device to all accounts", 2, 2, {}, licence_add},
    Command{"licence list", "", "list the licences", 0, 0, {}, licence_list},
    Command{"licence remove", "TYPE TOKEN|-", "remove a licence", 2, 2, {}, licence_remove},
    Command{"list", "[ACCOUNT]", "list bindings", 0, 1, list_options, list},
    Command{"show", "ID", "show all of a binding", 1, 3, {}, show},
    Command{"pending", "[ACCOUNT]", "list what waits for approval", 0, 1, {}, pending},
    Command{"approve", "ID", "let a pending device in", 1, 3, {}, change_state},
    Command{"deny", "ID", "refuse a pending device for good", 1, 3, {}, change_state},
    Command{"suspend", "ID", "refuse a device for a time", 1, 3, suspend_options, change_state},
    Command{"resume", "ID", "end a suspension", 1, 3, {}, change_state},
    Command{"revoke", "ID", "refuse a device for good", 1, 3, {}, change_state},
    Command{"remove", "ID ...", "forget bindings", 1, any_number, remove_options, remove},
    Command{"label", "ID TEXT", "name a device", 2, 4, {}, label},
    Command{"expire", "ID WHEN|never", "set when a binding expires", 2, 4, {}, expire},
    Command{"account show", "ACCOUNT|@DOMAIN", "show settings in force", 1, 1, {}, account_show},
    Command{"account set", "ACCOUNT|@DOMAIN NAME=VALUE ...", "set some of them", 2, any_number, {}, account_set},
    Command{
        "account unset", "ACCOUNT|@DOMAIN NAME ...", "leave them to the next level", 2, any_number, {}, account_unset},
    Command{"policy show", "", "show settings of all accounts", 0, 0, {}, policy_show},
    Command{"policy set", "NAME=VALUE ...", "set some of them", 1, any_number, {}, policy_set},
    Command{"policy unset", "NAME ...", "go back to the default", 1, any_number, {}, policy_unset},
    Command{"type list", "", "list how types of identities are handled", 0, 0, {}, type_list},
    Command{"type show", "TYPE|*", "show what is in force for one", 1, 1, {}, type_show},
    Command{"type set", "TYPE|* NAME=VALUE ...", "set some of it", 2, any_number, {}, type_set},
    Command{"type unset", "TYPE|* NAME ...", "leave it to *, or to the default", 2, any_number, {}, type_unset},
    Command{"block list", "", "list blocked devices and networks", 0, 0, {}, block_list},
    Command{"block add", "device TYPE TOKEN|- | fingerprint FP | address NET", "refuse it everywhere", 2, 3,
            block_options, block_add},
    Command{"block remove",
            "device TYPE TOKEN|- | fingerprint FP | address NET",
            "refuse it no more",
            2,
            3,
            {},
            block_remove},
    Command{"attack status", "", "list where attack mode is on", 0, 0, {}, attack_status},
    Command{"attack on", "", "let in known devices alone", 0, 0, attack_options, attack_on},
    Command{"attack off", "", "end attack mode", 0, 0, attack_off_options, attack_off},
    Command{"check", "ACCOUNT [TYPE TOKEN|-]", "explain what would be decided", 1, 3, check_options, check},
    Command{"history", "[ACCOUNT]", "show what happened", 0, 1, history_options, history},
    Command{"sessions", "[ACCOUNT]", "list open sessions by device", 0, 1, {}, sessions},
    Command{"stats", "[ACCOUNT|@DOMAIN]", "count what there is and what happened", 0, 1, stats_options, stats},
    Command{"key list", "", "list the hash keys, and what stands under each", 0, 0, {}, key_list},
    Command{"key rotate", "", "make a new key, or the prepared one, current", 0, 0, rotate_options, key_rotate},
    Command{"key retire", "KEY", "forget an old key", 1, 1, retire_options, key_retire},
    Command{"export", "FILE|-", "write the store into a file", 1, 1, export_options, export_store},
    Command{"import", "FILE|-", "take what a file holds into the store", 1, 1, import_options, import_file},
    Command{"copy", "URL", "copy the store into an empty one, and verify it", 1, 1, {}, copy_store},
    Command{"purge", "", "remove old history, and what is over", 0, 0, purge_options, purge},
    Command{"doctor", "", "find what is wrong, and how to mend it", 0, 0, doctor_options, doctor},
    Command{"complete", "", "tell a shell what may stand next", 0, 0, {}, complete},
};

}  // namespace

std::span<const Command> commands() {
  return table;
}

bool belongs_to(const Command& command, std::string_view word) {
  return command.name.starts_with(word) && (command.name.size() == word.size() || command.name[word.size()] == ' ');
}

}  // namespace clientid::ctl
