// Lists of vendors as Debian's package ieee-data has them, small, for a test.
#pragma once

#include <fstream>
#include <string>

#include "tests/unit/temporary_store.hpp"

namespace clientid {

class VendorLists {
 public:
  VendorLists() {
    write("oui",
          "MA-L,002272,American Micro-Fuel Device Corp.,2181 Buchanan Loop Ferndale WA US 98248 \n"
          "MA-L,741AE0,IEEE Registration Authority,445 Hoes Lane Piscataway NJ US 08554 \n"
          "MA-L,70B3D5,IEEE Registration Authority,445 Hoes Lane Piscataway NJ US 08554 \n"
          "MA-L,0050C2,IEEE Registration Authority,445 Hoes Lane Piscataway NJ US 08554 \n"
          "MA-L,00000C,\"Cisco Systems, Inc\",170 WEST TASMAN DRIVE SAN JOSE CA US 95134-1706 \n"
          "MA-L,02AABB,Locally Administered,\n"
          "MA-L,01AABB,Of a Group,\n");
    write("mam", "MA-M,741AE09,Private,\n");
    write("oui36", "MA-S,70B3D5F2F,TELEPLATFORMS,\"Polbina st., 3/1 Moscow  RU 109388 \"\n");
    write("iab", "IAB,0050C27D5,DEUTA-WERKE GmbH,Paffrather Strasse 140 Bergisch-Gladbach NRW DE 51465 \n");
  }

  void write(const std::string& name, const std::string& lines) {
    std::ofstream(directory_.file(name + ".csv"), std::ios::binary) << lines;
  }
  std::string directory() const { return directory_.file(""); }

 private:
  TemporaryDirectory directory_;
};

}  // namespace clientid
