using AlfrescoBackupFlows.Testing.Servers;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>
/// A command on a small file system in memory, mounted in a mount namespace of its own, which ends with the command. As
/// any user: who is not root becomes root of a user namespace first.
/// </summary>
internal static class FullDisk
{
    /// <summary>
    /// Mounts, moves a directory onto the mount where one is given, runs the command, then takes the mount's contents
    /// to <paramref name="directory"/>.left, outside the namespace.
    /// </summary>
    /// <param name="size">As <c>mount -o size=</c> takes it, in KiB (<c>40k</c>); beyond what was moved there.</param>
    /// <param name="more">Where given, the file system grows to it, and the same command runs again; the result is the
    /// second one's.</param>
    public static async Task<AbfResult> RunAsync(
        AbfRig rig,
        string directory,
        string size,
        string? move,
        string[] command,
        string? more = null
    )
    {
        const string Script = """
            disk=$1 size=$2 move=$3 more=$4; shift 4
            if [ -n "$move" ]; then
              mount -t tmpfs none "$disk"
              cp -a "$move/." "$disk"
              mount -o remount,size="$(($(df -k --output=used "$disk" | tail -1) + ${size%k}))k" "$disk"
            else
              mount -t tmpfs -o size="$size" none "$disk"
            fi
            code=0; "$@" || code=$?
            if [ -n "$more" ]; then
              echo "first: $code" >&2
              mount -o remount,size="$more" "$disk"
              (cd "$disk" && find . -type f -name '*.bin' -printf '%P %i %C@ %s\n' | sort) >"$disk.first"
              code=0; "$@" || code=$?
              (cd "$disk" && find . -type f -name '*.bin' -printf '%P %i %C@ %s\n' | sort) >"$disk.second"
            fi
            mkdir "$disk.left"; cp -a "$disk/." "$disk.left"
            exit $code
            """;
        Directory.CreateDirectory(directory);
        if (move is not null)
        {
            rig.Section("repository")["url"] = new Uri(directory).AbsoluteUri;
        }

        string[] before = rig.Prefix;
        string[] rootElsewhere = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
        rig.Prefix =
        [
            Tool.Find("unshare", "util-linux"),
            "--mount",
            .. rootElsewhere,
            "sh",
            "-euc",
            Script,
            "sh",
            directory,
            size,
            move ?? string.Empty,
            more ?? string.Empty,
        ];
        try
        {
            return await rig.RunAsync(command);
        }
        finally
        {
            rig.Prefix = before;
        }
    }
}
