#pragma once

#include <string>
#include <vector>

#include "ship/cargo.hpp"
#include "ship/deb.hpp"

namespace slipway::ship {

/// The systemd unit that serves what a package has.
std::string deb_unit(const DebName& name, const Cargo& cargo, const PackPlan& plan);
/// /etc/default/PACKAGE: what an administrator changes.
std::string deb_defaults(const DebName& name, const PackPlan& plan);
/// /usr/share/doc/PACKAGE/copyright
std::string deb_copyright();
/// What dpkg runs: "postinst", "prerm", "postrm". As debhelper's dh_installsystemd has them.
std::string deb_script(const std::string& which, const std::string& package);
/// The control file. `installed_kib` is the size of all files.
std::string deb_control(const DebName& name, const Cargo& cargo, const std::vector<std::string>& depends,
                        std::uint64_t installed_kib);

}  // namespace slipway::ship
