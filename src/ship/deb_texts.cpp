#include "ship/deb_texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/printable.hpp"
#include "ship/image.hpp"
#include "ship/systemd_sandbox.hpp"
#include "ship/yaml_text.hpp"

namespace slipway::ship {

namespace {

std::string environment(const char* name, std::string otherwise) {
  const char* said = std::getenv(name);
  return said == nullptr || *said == '\0' ? std::move(otherwise) : said;
}

/// A word of the unit's command.
std::string unit_word(const std::string& word) { return Scalar::unit_word(word, true).yaml(); }

/// OpenVINO compiles what it runs, in pages that are written and then run. ONNX Runtime and sherpa-onnx do not.
bool may_deny_new_code(const Cargo& cargo) {
  return std::ranges::all_of(cargo.backends,
                             [](const std::string& name) { return name == "onnxruntime" || name == "speech"; });
}

}  // namespace

std::string deb_unit(const DebName& name, const Cargo& cargo, const PackPlan& plan) {
  std::string command = fmt::format("/usr/lib/{0}/bin/slipway serve {1}", name.package,
                                    unit_word(fmt::format("/{}", deb_place(plan.served.substr(1), name.package))));
  if (plan.over.backend) command += " --backend " + unit_word(*plan.over.backend);
  return fmt::format(R"(# Settings are in /etc/default/{0}; what follows is changed by `systemctl edit {0}`.
[Unit]
Description=Models served by Slipway: {0}
After=network.target

[Service]
Type=exec
ExecStart={1}
EnvironmentFile=-/etc/default/{0}
Environment=SLIPWAY_CACHE_DIR=%C/{0}
CacheDirectory={0}
Restart=on-failure
# longer than SLIPWAY_DRAIN_DELAY and SLIPWAY_DRAIN_TIMEOUT together
TimeoutStopSec=60

# A user of its own while it runs, and nothing but its cache to write to.
{3}ProtectHome=yes
{2}

[Install]
WantedBy=multi-user.target
)",
                     name.package, command,
                     may_deny_new_code(cargo) ? "MemoryDenyWriteExecute=yes"
                                              : "# OpenVINO compiles models to code of this processor\n"
                                                "MemoryDenyWriteExecute=no",
                     systemd_sandbox);
}

std::string deb_defaults(const DebName& name, const PackPlan& plan) {
  return fmt::format(R"(# Settings of {0}.service; after a change: systemctl restart {0}
# Every variable of `slipway serve` may stand here.

# Only this machine is listened to unless told otherwise.
#SLIPWAY_HOST=::
#SLIPWAY_HTTP_PORT={1}
#SLIPWAY_GRPC_PORT=8001
#SLIPWAY_METRICS_PORT=8002
#SLIPWAY_LOG_LEVEL=info
#SLIPWAY_DRAIN_DELAY=0s
#SLIPWAY_DRAIN_TIMEOUT=20s
#SLIPWAY_INSTANCES=2
)",
                     name.package, plan.http_port);
}

std::string deb_copyright() {
  return R"(This package was made by `slipway pack --format deb`.

Slipway is licensed under the Apache License, Version 2.0: the file LICENSE beside this one, or
/usr/share/common-licenses/Apache-2.0. What it stands on has its licences in the folders beside
this file and in THIRD_PARTY.md. The models are under the terms of those who made them.
)";
}

std::string deb_script(const std::string& which, const std::string& package) {
  const std::string unit = package + ".service";
  if (which == "postinst") {
    return fmt::format(R"(#!/bin/sh
set -e
case "$1" in configure|abort-upgrade|abort-deconfigure|abort-remove) ;; *) exit 0 ;; esac
if [ -x /usr/bin/deb-systemd-helper ]; then
  deb-systemd-helper unmask {0} >/dev/null || true
  if deb-systemd-helper --quiet was-enabled {0}; then
    deb-systemd-helper enable {0} >/dev/null || true
  else
    deb-systemd-helper update-state {0} >/dev/null || true
  fi
fi
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  if [ -n "$2" ]; then action=restart; else action=start; fi
  deb-systemd-invoke $action {0} >/dev/null || true
fi
)",
                       unit);
  }
  if (which == "prerm") {
    return fmt::format(R"(#!/bin/sh
set -e
if [ -d /run/systemd/system ] && [ "$1" = remove ]; then
  deb-systemd-invoke stop {0} >/dev/null || true
fi
)",
                       unit);
  }
  return fmt::format(R"(#!/bin/sh
set -e
if [ -d /run/systemd/system ] && [ "$1" = remove ]; then
  systemctl --system daemon-reload >/dev/null || true
fi
if [ "$1" = purge ]; then
  rm -rf /var/cache/private/{0} /var/cache/{0}
  if [ -x /usr/bin/deb-systemd-helper ]; then
    deb-systemd-helper purge {0}.service >/dev/null || true
  fi
fi
)",
                     package);
}

std::string deb_control(const DebName& name, const Cargo& cargo, const std::vector<std::string>& depends,
                        std::uint64_t installed_kib) {
  std::string text =
      fmt::format("Package: {}\nVersion: {}\nArchitecture: {}\nMaintainer: {} <{}>\nInstalled-Size: {}\n", name.package,
                  name.version, architecture(), environment("DEBFULLNAME", "unknown"),
                  environment("DEBEMAIL", "unknown@localhost"), installed_kib);
  if (!depends.empty()) text += fmt::format("Depends: {}\n", fmt::join(depends, ", "));
  text += "Section: misc\nPriority: optional\nDescription: models served by Slipway, with a unit of systemd\n";
  for (const LayerPlan& layer : cargo.layers) text += fmt::format(" - {}\n", core::printable(layer.title));
  return text;
}

}  // namespace slipway::ship
