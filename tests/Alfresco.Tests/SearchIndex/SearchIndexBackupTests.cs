using System.Runtime.Versioning;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.SearchIndex;

[Trait("needs", "linux")]
[SupportedOSPlatform("linux")]
public sealed class SearchIndexBackupTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("abf-index-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    private string Target => Path.Combine(_parent, "backup-lucene-indexes");

    private string Temp => Path.Combine(_parent, SearchIndexBackup.TempName);

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void Each_run_of_the_job_is_seen_as_a_new_generation()
    {
        RunJob();
        SearchIndexObservation first = Backup().Observe();
        Assert.Equal(first.Stamp, Backup().Observe().Stamp);

        RunJob();
        SearchIndexObservation second = Backup().Observe();

        Assert.NotNull(first.Stamp);
        Assert.NotEqual(first.Stamp, second.Stamp);
        Assert.False(second.IsRunning);
    }

    [Fact]
    public void Every_step_of_the_job_is_told_from_a_whole_copy()
    {
        Assert.True(Backup().Observe().IsAbsent);
        Copy();
        Assert.True(Backup().Observe().IsRunning);
        Directory.Move(Temp, Target);
        Assert.False(Backup().Observe().IsRunning);
        Copy();
        Assert.True(Backup().Observe() is { IsRunning: true, Stamp: not null });
        Directory.Delete(Target, recursive: true);
        Assert.True(Backup().Observe() is { IsRunning: true, Stamp: null, IsAbsent: false });
        Directory.Delete(Temp, recursive: true);
        Assert.True(Backup().Observe().IsAbsent);
    }

    [Fact]
    public void A_temporary_directory_is_stale_once_nothing_in_it_has_changed_for_long()
    {
        RunJob();
        Copy();
        _time.Advance(SearchIndexBackup.StaleAfter - TimeSpan.FromMinutes(1));
        Assert.True(Backup().Observe().IsRunning);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(Backup().Observe() is { IsRunning: false, TempIsStale: true, IsAbsent: false });
    }

    /// <summary>Else every backup would wait for it, for as long as the clock was wrong.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(400)]
    public void A_temporary_directory_of_the_future_was_left_by_a_crash(int days)
    {
        RunJob();
        Copy();
        _time.AdjustTime(_time.GetUtcNow().AddDays(-days));

        Assert.True(Backup().Observe() is { IsRunning: false, TempIsStale: true });
    }

    [Fact]
    public void The_age_is_that_of_the_rename_and_not_of_the_files()
    {
        RunJob();
        _time.Advance(TimeSpan.FromHours(3));
        Assert.InRange(Backup().Observe().Age!.Value, TimeSpan.FromHours(2.9), TimeSpan.FromHours(3.1));
    }

    [Theory]
    [InlineData("write.lock")]
    [InlineData("workspace/SpacesStore/write.lock")]
    [InlineData("core.properties")]
    public void A_live_index_is_refused_by_what_lies_in_it(string mark)
    {
        RunJob();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Target, mark))!);
        File.WriteAllText(Path.Combine(Target, mark), "");

        PermanentException fault = Assert.Throws<PermanentException>(() => Backup().Observe());
        Assert.Equal(ErrorKind.Source, fault.Kind);
        Assert.Contains(mark, fault.Message);
    }

    [Fact]
    public async Task A_refresh_ends_with_a_new_generation()
    {
        RunJob();
        SearchIndexStamp? before = Backup().Observe().Stamp;
        // No shell reads the arguments: "$" and ";" reach the program as they are.
        var script = Path.Combine(_parent, "job $HOME;.sh");
        await File.WriteAllTextAsync(
            script,
            "cp -rp \"$1\" \"$2\" && rm -r \"$1\" && mv \"$2\" \"$1\"",
            TestContext.Current.CancellationToken
        );

        await Backup("sh", script, Target, Temp).RefreshAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(before, Backup().Observe().Stamp);
    }

    [Fact]
    public async Task A_refresh_that_fails_says_why()
    {
        RunJob();
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() =>
            Backup("sh", "-c", "echo no rights >&2; exit 3").RefreshAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal(ErrorKind.Source, fault.Kind);
        Assert.Contains("exit code 3: no rights", fault.Message);

        fault = await Assert.ThrowsAsync<PermanentException>(() =>
            Backup("/none/such").RefreshAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal(ErrorKind.Configuration, fault.Kind);
    }

    private SearchIndexBackup Backup(params string[] refresh) =>
        new(
            new SearchIndexSource(
                Target,
                SearchIndexSchedule.Parse(SearchIndexSchedule.Default, TimeZoneInfo.Utc, "x"),
                OnWindow.Wait,
                TimeSpan.FromHours(2),
                TimeSpan.FromHours(26),
                [.. refresh]
            ),
            _time
        );

    /// <summary>As Alfresco does: copy into the temporary directory, delete the target, rename.</summary>
    private void RunJob()
    {
        Copy();
        if (Directory.Exists(Target))
        {
            Directory.Delete(Target, recursive: true);
        }

        Directory.Move(Temp, Target);
    }

    private void Copy()
    {
        DirectoryInfo store = Directory.CreateDirectory(Path.Combine(Temp, "workspace", "SpacesStore"));
        var file = Path.Combine(store.FullName, "segments_1");
        File.WriteAllText(file, "index");
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
    }
}
