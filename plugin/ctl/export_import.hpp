// Reads what `export` wrote.
#pragma once

#include "plugin/ctl/importer.hpp"

namespace clientid::ctl {

// `any_key`: whether fingerprints are taken though the key file does not hold the key under which they were made.
// Throws ConfigError, Failure, Interrupted.
void import_export(Context& context, InputFile& input, Importer& importer, bool any_key);

}  // namespace clientid::ctl
