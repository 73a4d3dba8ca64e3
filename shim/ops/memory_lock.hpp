// Keys, tokens and passwords stay out of swap, where they would outlive the process (D9.1). All of its memory does:
// a password is also in buffers of libsasl, OpenSSL and Berkeley DB, which nobody could name one by one.
#pragma once

namespace clientid {

// Locks what is there, and what comes, page by page as it is used; so it takes no memory that is not used. False where
// the limit of locked memory (RLIMIT_MEMLOCK) is not infinite, and we are not root, who can lift it: with any other
// limit, memory that comes later could not be had.
bool lock_memory();

}  // namespace clientid
