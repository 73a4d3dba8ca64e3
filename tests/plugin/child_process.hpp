// Work that must not happen in the process of the test: forks, jails, another libsasl. A child that hangs is ended.
#pragma once

#include <functional>

namespace clientid::test {

// The result of `work`, run in a child: a code of libsasl, all of which are between 0 and -100. What is thrown there,
// a signal and a child that takes longer than a minute are failures: 1000 and more.
int in_child(const std::function<int()>& work);

}  // namespace clientid::test
