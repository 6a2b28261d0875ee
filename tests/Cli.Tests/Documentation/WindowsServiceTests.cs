using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Documentation;

/// <summary>The script that makes the service of Windows, against what Microsoft documents of <c>cmd</c>, <c>sc.exe</c> and
/// <c>icacls.exe</c>.</summary>
public sealed partial class WindowsServiceTests
{
    private static readonly string[] Lines =
    [
        .. File.ReadAllLines(Script()).Where(line => !line.StartsWith("rem ", StringComparison.Ordinal)),
    ];

    /// <summary>A directory such as <c>C:\R&amp;D (x86)</c>: what is put in while a line is read is read with it, and the rest
    /// of the name would be a command of its own.</summary>
    [Fact]
    public void Directories_are_put_in_after_the_line_was_read()
    {
        Assert.All(
            Lines.Where(line => Variable().IsMatch(line.Replace("%verb%", string.Empty, StringComparison.Ordinal))),
            line => Assert.Matches("^set \"[a-z]+=[^\"]*\"$", line)
        );
        Assert.Equal(
            ["setlocal DisableDelayedExpansion", "setlocal EnableDelayedExpansion"],
            Lines.Where(line => line.StartsWith("setlocal", StringComparison.Ordinal))
        );
        Assert.Contains("set \"exe=%~dp0abf.exe\"", Lines);
    }

    /// <summary>A program with a space in its path and no quotes is looked for under the shorter names first.</summary>
    [Fact]
    public void The_program_is_in_quotes_within_the_quotes_of_the_command_line()
    {
        string create = Single("sc.exe %verb% abf ");

        Assert.Contains("binPath= \"\\\"!exe!\\\" serve\"", create, StringComparison.Ordinal);
        Assert.Contains("start= delayed-auto", create, StringComparison.Ordinal);
        Assert.Contains("obj= \"NT SERVICE\\abf\"", create, StringComparison.Ordinal);
        Assert.DoesNotContain("password=", create, StringComparison.Ordinal);
        // The space behind the sign is a part of the option's name.
        Assert.All(
            Lines.Where(line => line.StartsWith("sc.exe ", StringComparison.Ordinal)),
            line => Assert.DoesNotMatch("[a-zA-Z]=[^ ]", line)
        );
    }

    [Fact]
    public void A_service_that_is_there_is_changed_and_what_fails_ends_the_script()
    {
        int query = Array.FindIndex(Lines, line => line.StartsWith("sc.exe query abf", StringComparison.Ordinal));
        Assert.Equal(["set \"verb=create\""], Lines[(query - 1)..query]);
        Assert.Equal("if not errorlevel 1 set \"verb=config\"", Lines[query + 1]);
        for (int i = query + 2; i < Lines.Length - 1; i++)
        {
            if (
                Lines[i].StartsWith("sc.exe ", StringComparison.Ordinal)
                || Lines[i].StartsWith("icacls.exe ", StringComparison.Ordinal)
            )
            {
                Assert.Equal("if errorlevel 1 exit /b 1", Lines[i + 1]);
            }
        }

        Assert.Equal("sc.exe start abf", Lines[^1]);
    }

    [Fact]
    public void A_service_that_ends_by_itself_is_started_anew_each_time()
    {
        Match failure = Failure().Match(Single("sc.exe failure abf "));

        Assert.True(failure.Success);
        Assert.All(
            failure.Groups["delay"].Captures,
            delay => Assert.InRange(int.Parse(delay.Value, CultureInfo.InvariantCulture), 1000, 60_000)
        );
        // Without it a stop with an exit code of a failure counts as a stop.
        Assert.Equal("sc.exe failureflag abf 1", Single("sc.exe failureflag"));
    }

    /// <summary>Everybody may make a directory in ProgramData: its first owner keeps no right.</summary>
    [Fact]
    public void The_directory_belongs_to_administrators_and_opens_to_them_the_system_and_the_service_alone()
    {
        string[] rights = [.. Lines.Where(line => line.StartsWith("icacls.exe \"!data!\" ", StringComparison.Ordinal))];

        Assert.Equal(
            [
                "/setowner \"*S-1-5-32-544\"",
                "/reset",
                "/inheritance:r /grant:r \"*S-1-5-32-544:(OI)(CI)F\" \"*S-1-5-18:(OI)(CI)F\" \"NT SERVICE\\abf:(OI)(CI)M\"",
            ],
            rights.Select(line => line["icacls.exe \"!data!\" ".Length..])
        );
        Assert.True(
            Array.IndexOf(Lines, rights[^1]) > Array.IndexOf(Lines, Single("sc.exe %verb% abf ")),
            "the account is there once the service is"
        );
    }

    private static string Single(string start) =>
        Assert.Single(Lines, line => line.StartsWith(start, StringComparison.Ordinal));

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(path, "..", "..", "..", "..", "packaging", "windows", "service.cmd"));

    [GeneratedRegex("%~?[A-Za-z0-9]+%?", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(
        "^sc\\.exe failure abf reset= [0-9]+ actions= (restart/(?<delay>[0-9]+)(/|$))+$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Failure();
}
