using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

/// <summary>A directory that a restore makes is never there without the marker that says so.</summary>
public sealed class TargetMarkerTests : IDisposable
{
    private static readonly TargetMark s_mark = new(
        RunId.Parse("20261122T010000Z-00000001"),
        "repository",
        DatabaseProgress.Untouched,
        MadeTarget: true
    );

    private readonly TempDirectory _directory = new();

    private string Target => _directory.Combine("target");

    private string Unfinished => Target + TargetMarker.TemporaryName;

    public void Dispose() => _directory.Dispose();

    /// <param name="left">What an attempt that was killed had come to.</param>
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(TargetMarker.TemporaryName)]
    [InlineData(TargetMarker.Name)]
    public void A_target_is_made_with_its_marker_whatever_a_killed_attempt_left(string? left)
    {
        if (left is not null)
        {
            Directory.CreateDirectory(Unfinished);
        }

        if (left is { Length: > 0 })
        {
            File.WriteAllText(Path.Combine(Unfinished, left), "{");
        }

        new TargetMarker(Target + Path.DirectorySeparatorChar).MakeTarget(s_mark);

        Assert.Equal([Target], Directory.GetFileSystemEntries(_directory.Path));
        Assert.Equal([Path.Combine(Target, TargetMarker.Name)], Directory.GetFileSystemEntries(Target));
        Assert.Equal(s_mark, new TargetMarker(Target).TryRead());
    }

    [Fact]
    public void What_is_somebody_elses_under_the_name_in_between_is_left_and_named()
    {
        string file = Path.Combine(Directory.CreateDirectory(Unfinished).FullName, "report.doc");
        File.WriteAllText(file, "x");

        PermanentException fault = Assert.Throws<PermanentException>(() => new TargetMarker(Target).MakeTarget(s_mark));

        Assert.Equal(ErrorKind.Target, fault.Kind);
        Assert.Contains(Unfinished, fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(file));
        Assert.False(Directory.Exists(Target));
    }

    [Fact]
    public void Where_a_link_under_the_name_in_between_leads_nothing_is_deleted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making a link needs a right there");
        string elsewhere = Directory.CreateDirectory(_directory.Combine("elsewhere")).FullName;
        new TargetMarker(elsewhere).Write(s_mark);
        Directory.CreateSymbolicLink(Unfinished, elsewhere);

        PermanentException fault = Assert.Throws<PermanentException>(() => new TargetMarker(Target).MakeTarget(s_mark));

        Assert.Equal(ErrorKind.Target, fault.Kind);
        Assert.Contains(Unfinished, fault.Message, StringComparison.Ordinal);
        Assert.Equal(s_mark, new TargetMarker(elsewhere).TryRead());
        Assert.False(Directory.Exists(Target));
    }
}
