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
};
constexpr std::array suspend_options{
    Option{"for", "DURATION", "end by itself after so long, such as 2h"},
};
constexpr std::array remove_options{
    Option{"yes", "", "do not ask before removing several"},
};
constexpr std::array check_options{
    Option{"peer", "ADDRESS", "IP address of the client"},
    Option{"service", "NAME", "name of the service (smtp)"},
};
constexpr std::array history_options{
    Option{"since", "TIME", "only from then on; 2h is two hours ago"},
    Option{"device", "FINGERPRINT", "only of this device"},
    Option{"follow", "", "go on printing what happens"},
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
    Command{"check", "ACCOUNT [TYPE TOKEN|-]", "explain what would be decided", 1, 3, check_options, check},
    Command{"history", "[ACCOUNT]", "show what happened", 0, 1, history_options, history},
};

}  // namespace

std::span<const Command> commands() {
  return table;
}

bool belongs_to(const Command& command, std::string_view word) {
  return command.name.starts_with(word) && (command.name.size() == word.size() || command.name[word.size()] == ' ');
}

}  // namespace clientid::ctl
