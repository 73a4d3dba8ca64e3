// Whoever has a token in memory leaves no core of it (D9.1).
#pragma once

namespace clientid {

// For the whole process, until it becomes another user, which leaves it to fs.suid_dumpable, or another program. The
// limit alone would not do: it says nothing to a kernel that pipes cores to a program (core(5)). Nor can others of its
// user look into the process from then on.
void forbid_core_dumps();

}  // namespace clientid
