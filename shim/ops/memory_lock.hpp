// Keys, tokens and passwords stay out of swap, where they would outlive the process (D9.1). All of its memory does:
// a password is also in buffers of libsasl, OpenSSL and Berkeley DB, which nobody could name one by one.
#pragma once

namespace clientid {

// Lets any amount be locked (RLIMIT_MEMLOCK), if the system lets us: root may, and whoever has no limit may.
void lift_lock_limit();

// Locks what is there, and what comes, page by page as it is used; so it takes no memory that is not used. False where
// there is a limit that counts for us: with one, memory that comes later could not be had.
bool lock_memory();

}  // namespace clientid
