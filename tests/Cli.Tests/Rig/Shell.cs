using AlfrescoBackupFlows.Testing.Servers;
using CliWrap;
using CliWrap.Buffered;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>A stranger's tools: what sh, find, diff and the like say, independent of the product.</summary>
internal static class Shell
{
    /// <summary>Runs a script with <c>$1</c>, <c>$2</c>... and returns its stdout; a failure fails the test.</summary>
    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        BufferedCommandResult result = await CliWrap
            .Cli.Wrap("sh")
            .WithArguments(["-euc", script, "sh", .. arguments])
            .WithEnvironmentVariables(e => e.Set("LC_ALL", "C"))
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(System.Text.Encoding.Latin1, TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{script}\nended with {result.ExitCode}: {result.StandardError}");
        return result.StandardOutput;
    }

    /// <summary>As <see cref="RunAsync"/>, for what answers with one line.</summary>
    public static async Task<string> OneLineAsync(string script, params string[] arguments) =>
        Assert.Single((await RunAsync(script, arguments)).TrimEnd('\n').Split('\n'));

    /// <summary>Every entry of a tree with type, mode, owner, group and time in nanoseconds (of files the size too),
    /// sorted.</summary>
    public static Task<string> StatAsync(string directory) =>
        RunAsync(
            @"cd ""$1""; find . \( -type d -printf '%P %y %m %U %G %T@\n' -o -printf '%P %y %m %U %G %T@ %s\n' \) | sort",
            directory
        );

    /// <summary>Every entry with its inode and the time of its last change: the same twice where nobody wrote in
    /// between.</summary>
    public static Task<string> InodesAsync(string directory) =>
        RunAsync(@"cd ""$1""; find . -type f -printf '%P %i %C@\n' | sort", directory);

    /// <summary>Names and contents are the same on both sides, the empty directories too.</summary>
    public static async Task AssertSameContentAsync(string expected, string actual) =>
        Assert.Empty(await RunAsync(@"diff -r --no-dereference ""$1"" ""$2"" || true", expected, actual));

    /// <summary>A signal by name, such as <c>INT</c>.</summary>
    public static Task SignalAsync(int process, string signal) =>
        RunAsync(@"kill -s ""$1"" ""$2""", signal, $"{process}");

    /// <summary>A new directory with a program of this name.</summary>
    public static string WriteProgram(string directory, string name, string script)
    {
        Directory.CreateDirectory(directory);
        string file = Path.Combine(directory, name);
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return file;
    }

    /// <summary>Dumps a PostgreSQL database as its own tool does, without the two lines that are drawn at
    /// random.</summary>
    public static Task<string> DumpAsync(PostgresServer server, string database) =>
        RunAsync(
            @"PGPASSWORD=""$5"" ""$1/pg_dump"" --host ""$2"" --port ""$3"" --username postgres --no-password ""$4"" | grep -v '^.\(un\)\?restrict ' | sort",
            PostgresServer.BinDirectory,
            server.Host,
            $"{server.Port}",
            database,
            server.Password
        );
}
