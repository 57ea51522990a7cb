#!/usr/bin/env bash
# image.sh PROGRAM-DIRECTORY WORK-DIRECTORY IMAGE: builds an image with the hub, the .NET runtime and the shared libraries of this machine. No base image is downloaded.
set -euo pipefail
program=$1 work=$2 image=$3
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
rm -rf "$work"
mkdir -p "$work/root/app" "$work/root/data" "$work/root/tmp" "$work/root/etc" "$work/root/usr/share/dotnet"
cp -a "$program/." "$work/root/app"
cp -a "$dotnet/dotnet" "$dotnet/host" "$dotnet/shared" "$work/root/usr/share/dotnet"
printf 'root:x:0:0:root:/:/none\nhub:x:10001:10001:hub:/:/none\n' > "$work/root/etc/passwd"
chown 10001:10001 "$work/root/data" "$work/root/tmp"

# What the programs and libraries load, and what .NET loads by name.
{
    find "$work/root" -type f \( -name dotnet -o -name '*.so' \) -exec ldd {} + 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*' || true
    ls /lib/x86_64-linux-gnu/libssl.so.3 /lib/x86_64-linux-gnu/libcrypto.so.3 /usr/lib/x86_64-linux-gnu/libssl.so.3 2>/dev/null || true
} | grep -v "^$work" | grep -v ':$' | sort -u | while read -r library; do
    mkdir -p "$work/root$(dirname "$library")"
    cp -L "$library" "$work/root$library"
done
cat > "$work/Containerfile" <<'END'
FROM scratch
COPY root /
USER 10001:10001
ENV DOTNET_ROOT=/usr/share/dotnet DOTNET_EnableDiagnostics=0
ENTRYPOINT ["/usr/share/dotnet/dotnet", "/app/longwave.dll", "serve"]
END
podman --runtime runc --cgroup-manager cgroupfs --storage-driver vfs build --isolation chroot --tag "$image" --file "$work/Containerfile" "$work"
