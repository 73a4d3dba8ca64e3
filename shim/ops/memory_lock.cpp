#include "shim/ops/memory_lock.hpp"

#include <sys/mman.h>
#include <sys/resource.h>

namespace clientid {

bool lock_memory() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  rlimit limit{};
  ::getrlimit(RLIMIT_MEMLOCK, &limit);
  if (limit.rlim_cur != RLIM_INFINITY && ::setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0) return false;
  return ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

}  // namespace clientid
