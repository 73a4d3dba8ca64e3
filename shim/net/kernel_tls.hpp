// Whether the kernel can encrypt for us (kTLS).
#pragma once

namespace clientid {

// Asked once: the module `tls` is loaded, or can be, and OpenSSL knows how to use it.
bool kernel_has_tls();

}  // namespace clientid
