// Reads rows of accounts and devices, as a spreadsheet holds them: the first row names the columns.
//
//     account,type,token,label,expires
//     alice,UUID,...,laptop,2027-12-31
#pragma once

#include "plugin/ctl/importer.hpp"

namespace clientid::ctl {

// Throws ConfigError, Failure, Interrupted.
void import_csv(Context& context, InputFile& input, Importer& importer);

}  // namespace clientid::ctl
