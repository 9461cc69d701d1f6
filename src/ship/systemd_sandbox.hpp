#pragma once

#include <string_view>

namespace slipway::ship {

/// What every unit of a server is kept to, line by line: it has a user of its own while it runs, sees no other's
/// processes, devices or temporary files, and has no right beyond the sockets of a network. What it is shown of /home,
/// and whether code may be made in memory, a unit says itself.
inline constexpr std::string_view systemd_sandbox = R"(DynamicUser=yes
UMask=0077
ProtectSystem=strict
PrivateTmp=yes
# no for a GPU
PrivateDevices=yes
PrivateUsers=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
)";

}  // namespace slipway::ship
