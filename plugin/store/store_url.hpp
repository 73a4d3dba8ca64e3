// The URL of a store as people may see it. That of PostgreSQL may hold a password, which stands in no error, log or
// list: whoever shows a store, shows it by this.
#pragma once

#include <string>

namespace clientid {

// "postgresql://clientid@db.example.com/clientid": without the password, and without what stands behind "?". Where it
// is not certain what is a secret in it, hardly more than the scheme is left.
std::string shown_store(const std::string& url);

// Whether a URI of libpq is written such that libpq and shown_store() see the same password in it. libpq takes a
// password with "/" or "@" for a piece of the host, and would speak of that in its errors. No blank and no quote is in
// it, which SOCI takes for its own.
bool is_clear_uri(const std::string& uri);

// Whether it holds one, so that the file in which it stands is not for everybody.
bool holds_password(const std::string& url);

}  // namespace clientid
