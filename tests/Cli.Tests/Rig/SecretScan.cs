using System.Text;
using AlfrescoBackupFlows.Testing;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>Looks for a secret where a stranger would: in the arguments of every process, in environments, in files.
/// Linux.</summary>
internal static class SecretScan
{
    /// <summary>Command lines of this machine's processes that hold the text.</summary>
    public static string[] InArguments(string text) =>
        [
            .. Processes()
                .Select(id => Read(id, "cmdline"))
                .Where(line => line.Contains(text, StringComparison.Ordinal))
                .Select(line => line.Replace('\0', ' ')),
        ];

    /// <summary>Names of the process and all below it whose environment holds the text.</summary>
    public static string[] InEnvironments(int process, string text) =>
        [
            .. Below(process)
                .Where(id => Read(id, "environ").Contains(text, StringComparison.Ordinal))
                .Select(id => Read(id, "comm").Trim())
                .Distinct(),
        ];

    /// <summary>Files below these directories that hold one of the texts, or have it in their name.</summary>
    public static async Task<string> InFilesAsync(string[] texts, params string[] directories)
    {
        // Not as an argument: this scan itself would be found by another one.
        using var own = new TempDirectory();
        await File.WriteAllLinesAsync(own.Combine("texts"), texts);
        return await Shell.RunAsync(
            "texts=$1; shift; grep -r -l -a -F -D skip -f \"$texts\" -- \"$@\" || [ $? = 1 ]; find \"$@\" | grep -a -F -f \"$texts\" || [ $? = 1 ]",
            [own.Combine("texts"), .. directories]
        );
    }

    private static HashSet<string> Below(int process)
    {
        ILookup<string, string> children = Processes()
            .ToLookup(id =>
                Read(id, "stat") is { Length: > 0 } stat
                    ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]
                    : string.Empty
            );
        var found = new HashSet<string> { $"{process}" };
        var open = new Queue<string>(found);
        while (open.TryDequeue(out string? id))
        {
            foreach (string child in children[id].Where(found.Add))
            {
                open.Enqueue(child);
            }
        }

        return found;
    }

    private static IEnumerable<string> Processes() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(d => Path.GetFileName(d)!)
            .Where(name => char.IsAsciiDigit(name[0]));

    private static string Read(string process, string what)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/{what}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty; // ended meanwhile, or another user's
        }
    }
}
