using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Cli.Sheet;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf key sheet</c>: what is on the page, and what never is.</summary>
public sealed class KeySheetCommandTests : IDisposable
{
    private readonly AbfRig _abf = new();

    public void Dispose() => _abf.Dispose();

    [Fact]
    public async Task What_the_sheet_says_opens_the_repository_with_the_passphrase_alone()
    {
        string repository = (await _abf.RunAsync("init", "--json")).Json.GetProperty("repository").GetString()!;
        string file = _abf.Combine("sheet.html");

        AbfResult made = await _abf.RunAsync("key", "sheet", "--output", file, "--json");

        Assert.True(made.ExitCode == 0, made.Error);
        string page = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains(repository, page, StringComparison.Ordinal);
        Assert.Contains(
            made.Json.GetProperty("keys")[0].GetProperty("id").GetString()!,
            page,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(AbfRig.Passphrase, made.Out + page, StringComparison.Ordinal);
        Assert.DoesNotContain("tr0ub4dor", page, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        // As on a machine that has nothing else.
        var scanned = (JsonObject)JsonNode.Parse(made.Json.GetProperty("scan").GetString()!)!;
        scanned["repository"]!["passphraseFile"] = _abf.PassphraseFile;
        string elsewhere = _abf.Combine("elsewhere.json");
        await File.WriteAllTextAsync(elsewhere, scanned.ToJsonString(), TestContext.Current.CancellationToken);
        _abf.Environment["HOME"] = _abf.Combine("home");
        _abf.Environment["XDG_DATA_HOME"] = _abf.Combine("home");
        AbfResult sets = await _abf.RunPlainAsync("sets", "--json", "--config", elsewhere);
        Assert.True(sets.ExitCode == 0, sets.Error);
        Assert.Empty(sets.Json.EnumerateArray());

        AbfResult again = await _abf.RunAsync("key", "sheet", "--output", file);
        Assert.Equal(2, again.ExitCode);
        Assert.StartsWith(
            $"--output '{file}' cannot be written",
            Assert.Single(again.Errors),
            StringComparison.Ordinal
        );
        AbfResult printed = await _abf.RunAsync("key", "sheet");
        Assert.StartsWith("<!DOCTYPE html>", printed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_loads_nothing_runs_nothing_and_its_style_is_the_one_that_its_policy_names()
    {
        string page = Page("<script>alert(1)</script>", "file:///srv/a&b");

        string policy = Regex
            .Match(page, "Content-Security-Policy\" content=\"(?<policy>[^\"]+)\"", Options, Limit)
            .Groups["policy"]
            .Value;
        string style = Regex.Match(page, "<style>(?<style>.*?)</style>", Options, Limit).Groups["style"].Value;
        Assert.Equal(
            $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'",
            policy
        );
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)\\s(src|href|style|on[a-z]+)=|url\\(|@import", page);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("file:///srv/a&amp;b", page, StringComparison.Ordinal);
    }

    /// <summary>The finder patterns in three corners and the timing between them: what a scanner looks for.</summary>
    [Fact]
    public void The_code_is_a_QR_code_with_its_three_corners()
    {
        string svg = QrCode.Svg("{\"repository\":{\"url\":\"file:///srv/abf\"}}");
        int size = int.Parse(
            Regex.Match(svg, "viewBox=\"0 0 (?<size>[0-9]+)", Options, Limit).Groups["size"].ValueSpan,
            System.Globalization.CultureInfo.InvariantCulture
        );
        HashSet<(int X, int Y)> dark =
        [
            .. Regex
                .Matches(svg, "M(?<x>[0-9]+) (?<y>[0-9]+)h1", Options, Limit)
                .Select(m => (int.Parse(m.Groups["x"].Value), int.Parse(m.Groups["y"].Value))),
        ];

        const int Quiet = 4;
        int far = size - Quiet - 7;
        foreach ((int left, int top) in ((int, int)[])[(Quiet, Quiet), (far, Quiet), (Quiet, far)])
        {
            for (int i = 0; i < 49; i++)
            {
                int ring = Math.Max(Math.Abs((i % 7) - 3), Math.Abs((i / 7) - 3));
                Assert.Equal(ring != 2, dark.Contains((left + (i % 7), top + (i / 7))));
            }
        }

        Assert.All(
            Enumerable.Range(Quiet + 8, size - (2 * Quiet) - 16),
            x => Assert.Equal(x % 2 == 0, dark.Contains((x, Quiet + 6)))
        );
    }

    private const RegexOptions Options = RegexOptions.ExplicitCapture | RegexOptions.Singleline;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private static string Page(string installation, string location) =>
        RecoverySheet.Html(
            new KeySheetDocument(
                "0123",
                location,
                "passphrase",
                installation,
                [new KeyDocument("0a1b2c3d", "init", DateTime.UnixEpoch)],
                "{ \"repository\": {} }",
                File: null
            ),
            DateTime.UnixEpoch
        );
}
