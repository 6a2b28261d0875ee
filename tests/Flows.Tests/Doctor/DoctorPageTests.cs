using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Flows.Doctor;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Doctor;

/// <summary><c>docs/doctor.md</c> lists the ids of all findings, and no others: people look them up there.</summary>
public sealed partial class DoctorPageTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFile(), "..", "..", "..", ".."));

    private static readonly HashSet<string> Listed =
    [
        .. Row()
            .Matches(File.ReadAllText(Path.Combine(Root, "docs", "doctor.md")))
            .Select(match => match.Groups["id"].Value),
    ];

    [Fact]
    public void Every_finding_has_its_row_and_every_row_its_finding()
    {
        string[] sources =
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(file => !Generated().IsMatch(file))
                .Select(File.ReadAllText),
        ];
        HashSet<string> given =
        [
            .. Examination.Checks.Select(check => check.Id),
            .. sources.SelectMany(source => Id().Matches(source)).Select(match => match.Groups["id"].Value),
        ];

        Assert.InRange(given.Count, 30, 100);
        Assert.Subset(Listed, given);
        Assert.All(
            Listed,
            id => Assert.Contains(sources, source => source.Contains($"\"{id}\"", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void No_two_checks_share_an_id() =>
        Assert.Equal(Examination.Checks.Length, Examination.Checks.Select(check => check.Id).Distinct().Count());

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(
        @"^\| `(?<id>[a-z-]+)` \| (error|warning|info)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Row();

    [GeneratedRegex(
        @"(new Notice\(|Notice\.OfLine\(|Ids = \[)\s*""(?<id>[a-z-]+)""",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Id();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Generated();
}
