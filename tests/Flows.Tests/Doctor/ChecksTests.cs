using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Doctor;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Doctor;

/// <summary>Each check of the doctor that needs no server: with its fault planted, and sound.</summary>
public sealed class ChecksTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_a_backup_writes_lies_apart_from_what_it_captures()
    {
        Assert.Empty(await _bench.LookAsync(new OwnDirectoriesCheck()));
        _bench.Options.State = Path.Combine(_bench.Root, "contentstore", "state");

        Notice found = Assert.Single(await _bench.LookAsync(new OwnDirectoriesCheck()));

        Assert.Equal(
            ("own-directories", NoticeSeverity.Error, ErrorKind.Configuration),
            (found.Id, found.Severity, found.Kind)
        );
        Assert.Contains(_bench.Options.State, found.What, StringComparison.Ordinal);
        Assert.Contains("name a directory outside", found.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_service_that_does_not_answer_is_a_warning_that_says_what_comes_of_it()
    {
        _bench.Options.Installation.Index.Kind = "solr";
        _bench.Options.Installation.Index.Solr.Url = "http://127.0.0.1:1/solr";
        _bench.Options.Installation.Index.Solr.Cores["alfresco"] = _bench.Combine("nowhere");
        _bench.Options.Installation.Index.Solr.Cores["archive"] = _bench.Root;

        Notice[] found = [.. await _bench.LookAsync(new SolrCheck())];

        Assert.Equal(2, found.Length);
        Assert.All(found, notice => Assert.Equal(("solr", NoticeSeverity.Warning), (notice.Id, notice.Severity)));
        Assert.Contains(_bench.Combine("nowhere"), found[0].What, StringComparison.Ordinal);
        Assert.Contains("does not answer at http://127.0.0.1:1/solr/archive", found[1].What, StringComparison.Ordinal);
        Assert.Contains("goes on without the search index", found[0].Why, StringComparison.Ordinal);
        Assert.Contains(Examination.Checks, check => check is SolrCheck { IsPreflight: false });
    }

    [Fact]
    public async Task An_empty_content_store_is_an_error()
    {
        Assert.Empty(await _bench.LookAsync(new ContentRootsCheck()));
        File.Delete(Path.Combine(_bench.Root, "contentstore", "2026", "a.bin"));

        Notice found = Assert.Single(await _bench.LookAsync(new ContentRootsCheck()));

        Assert.Equal(("content-root", NoticeSeverity.Error), (found.Id, found.Severity));
        Assert.Equal(ErrorKind.Source, found.Kind);
    }

    [Fact]
    public async Task An_absent_index_backup_is_an_error_and_an_old_one_a_warning()
    {
        _bench.Options.Installation.Index.MaxAge = TimeSpan.FromDays(10000);
        Assert.Empty(await _bench.LookAsync(new SearchIndexCheck()));
        Directory.Delete(Path.Combine(_bench.Root, "backup-lucene-indexes"), recursive: true);

        Notice absent = Assert.Single(await _bench.LookAsync(new SearchIndexCheck()));
        Assert.Equal(("index-backup", NoticeSeverity.Error), (absent.Id, absent.Severity));

        // The bench's clock is no matter of the file system's, which made the copy just now.
        Directory.CreateDirectory(Path.Combine(_bench.Root, "backup-lucene-indexes"));
        Directory.CreateDirectory(Path.Combine(_bench.Root, ".indexbackup_temp"));
        Directory.SetLastWriteTimeUtc(Path.Combine(_bench.Root, ".indexbackup_temp"), new DateTime(2020, 1, 1));
        Assert.Contains(
            await _bench.LookAsync(new SearchIndexAgeCheck()),
            notice => notice is { Id: "index-backup-old", Severity: NoticeSeverity.Warning }
        );
    }

    [Fact]
    public async Task A_root_that_the_set_before_has_and_that_is_gone_is_an_error()
    {
        SetManifest set = DoctorBench.Set();
        RootStamp Root(string name) =>
            new(name, "/srv/" + name, new ContentRef(1, 0, [new ChunkId(1)]), null, 5, 1, 5, 0, ChunkClass.Content);
        _bench.Earlier = [set with { Roots = [Root("contentstore")] }];
        Assert.Empty(await _bench.LookAsync(new GoneRootsCheck()));
        _bench.Earlier = [set with { Roots = [Root("contentstore"), Root("stores/archive")] }];

        Notice found = Assert.Single(await _bench.LookAsync(new GoneRootsCheck()));

        Assert.Equal(("content-root-gone", NoticeSeverity.Error), (found.Id, found.Severity));
        Assert.Contains("'/srv/stores/archive', 5 files", found.What + found.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 100.0, null)] // 14 days: the files may take a week
    [InlineData(null, 200.0, "set it to 26 or more")]
    [InlineData(2, 1.0, null)]
    [InlineData(2, 20.0, "set it to 3 or more")]
    [InlineData(0, 1.0, "set it to 14")]
    public async Task Files_must_be_kept_for_twice_as_long_as_a_backup_takes(int? days, double hours, string? fix)
    {
        _bench.Options.Installation.Content.OrphanProtectDays = days;
        _bench.Earlier = [DoctorBench.Set(filesHours: 0.1), DoctorBench.Set(databaseMinutes: 1, filesHours: hours)];

        ImmutableArray<Notice> found = await _bench.LookAsync(new OrphanProtectionCheck());

        Assert.Equal(fix is null ? 0 : 1, found.Length);
        Assert.All(
            found,
            notice => Assert.Equal(("orphan-protection", NoticeSeverity.Warning), (notice.Id, notice.Severity))
        );
        Assert.All(found, notice => Assert.StartsWith(fix!, notice.Fix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tenants_store_that_no_root_holds_is_a_warning()
    {
        _bench.Database = _bench.Database with { TenantRoots = [Path.Combine(_bench.Root, "contentstore")] };
        Assert.Empty(await _bench.LookAsync(new TenantsCheck()));
        _bench.Database = _bench.Database with { TenantRoots = ["/srv/tenant"] };

        Notice found = Assert.Single(await _bench.LookAsync(new TenantsCheck()));

        Assert.Equal(("tenant-not-covered", NoticeSeverity.Warning), (found.Id, found.Severity));
        Assert.Contains("'/srv/tenant'", found.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_outside_of_the_file_system_is_a_warning_each()
    {
        _bench.Earlier = [DoctorBench.Set()];
        Assert.Empty(await _bench.LookAsync(new OutsideContentCheck()));
        var outside = new Dictionary<string, long> { ["azb"] = 2, ["s3"] = 7 };
        _bench.Earlier = [DoctorBench.Set(unprotected: outside.ToImmutableSortedDictionary(StringComparer.Ordinal))];

        ImmutableArray<Notice> found = await _bench.LookAsync(new OutsideContentCheck());

        Assert.All(found, notice => Assert.Equal("content-outside", notice.Id));
        Assert.Collection(
            found,
            notice =>
                Assert.StartsWith("2 content URLs of the set before are azb://", notice.What, StringComparison.Ordinal),
            notice =>
                Assert.StartsWith("7 content URLs of the set before are s3://", notice.What, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_store_that_encrypts_is_a_warning_as_long_as_sizes_are_compared()
    {
        _bench.Earlier = [DoctorBench.Set()];
        Assert.Empty(await _bench.LookAsync(new EncryptedContentCheck()));
        _bench.Database = _bench.Database with { HasEncryptedContent = true };
        Assert.Equal("encrypting-store", Assert.Single(await _bench.LookAsync(new EncryptedContentCheck())).Id);
        _bench.Database = _bench.Database with { HasEncryptedContent = false };
        _bench.Earlier = [DoctorBench.Set(looksEncoded: true)];
        Assert.Contains(
            "the set before",
            Assert.Single(await _bench.LookAsync(new EncryptedContentCheck())).What,
            StringComparison.Ordinal
        );
        _bench.Options.Installation.Content.CheckSizes = false;
        Assert.Empty(await _bench.LookAsync(new EncryptedContentCheck()));
    }

    [Theory]
    [InlineData("02:00", 10, "wait", NoticeSeverity.Info, "expected to end by 2026-11-22 02:16")]
    [InlineData("02:50", 10, "wait", NoticeSeverity.Warning, "would wait until 2026-11-22 03:02")]
    [InlineData("02:50", 10, "refuse", NoticeSeverity.Warning, "would be refused")]
    [InlineData("02:00", 60, "wait", NoticeSeverity.Warning, "would wait until 2026-11-22 03:02")]
    [InlineData("03:00", 10, "wait", NoticeSeverity.Warning, "would wait until 2026-11-22 03:02")]
    [InlineData("03:05", 60, "wait", NoticeSeverity.Info, "the job fires at 2026-11-23 03:00")]
    public async Task Whether_the_next_backup_is_done_before_the_index_job_fires_is_told_by_the_set_before(
        string start,
        double minutes,
        string onWindow,
        NoticeSeverity severity,
        string says
    )
    {
        _bench.Options.Installation.Index.OnWindow = onWindow;
        _bench.Earlier = [DoctorBench.Set(databaseMinutes: minutes)];
        _bench.NextBackup = DateTimeOffset.Parse(
            $"2026-11-22T{start}Z",
            System.Globalization.CultureInfo.InvariantCulture
        );

        Notice found = Assert.Single(await _bench.LookAsync(new SearchIndexJobCheck()));

        Assert.Equal(("index-job", severity), (found.Id, found.Severity));
        Assert.Contains(
            says.Replace("the job", "Alfresco's index job", StringComparison.Ordinal),
            found.What,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_full_state_directory_is_a_warning()
    {
        var check = new StateRoomCheck();
        var room = new FileSystemRoom((256L << 20) + 400_000, 5, 4096);
        Assert.Empty(check.Judge(room, 1000, "/var/lib/abf"));

        Notice found = Assert.Single(check.Judge(room, 1001, "/var/lib/abf"));
        Assert.Equal(("state-room", NoticeSeverity.Warning), (found.Id, found.Severity));
        Assert.Contains("'/var/lib/abf': 268835456 bytes are free", found.What, StringComparison.Ordinal);
        Assert.Contains(
            "no inode",
            Assert.Single(check.Judge(room with { Files = 0 }, 0, "/var/lib/abf")).What,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(-4, null)]
    [InlineData(7, "the clock of the database is 7 minutes ahead of this machine's")]
    [InlineData(-7, "the clock of the database is 7 minutes behind this machine's")]
    public async Task A_clock_that_is_off_is_a_warning(int minutes, string? says)
    {
        Subject subject = _bench.Subject();
        subject.Clocks["the database"] = TimeSpan.FromMinutes(minutes);

        ImmutableArray<Notice> found = await _bench.LookAsync(new ClocksCheck(), subject);

        Assert.Equal(says is null ? [] : [("clock-skew", says)], found.Select(notice => (notice.Id, notice.What)));
    }

    [Fact]
    public async Task Rules_that_keep_no_set_are_a_warning()
    {
        Assert.Empty(await _bench.LookAsync(new RetentionCheck()));
        _bench.Options.Retention.KeepLast = 0;
        Assert.Equal("retention-keeps-nothing", Assert.Single(await _bench.LookAsync(new RetentionCheck())).Id);
        _bench.Options.Retention.KeepWithin = TimeSpan.Zero;
        Assert.StartsWith(
            "retention.keepWithin is 0",
            Assert.Single(await _bench.LookAsync(new RetentionCheck())).What,
            StringComparison.Ordinal
        );
        _bench.Options.Retention.KeepDaily = 14;
        Assert.Empty(await _bench.LookAsync(new RetentionCheck()));
    }

    [Fact]
    public async Task A_repository_without_a_mirror_is_a_warning()
    {
        Notice found = Assert.Single(await _bench.LookAsync(new SecondCopyCheck()));
        Assert.Equal(("no-second-copy", NoticeSeverity.Warning), (found.Id, found.Severity));
        _bench.Options.Mirror = [new MirrorTargetOptions()];
        Assert.Empty(await _bench.LookAsync(new SecondCopyCheck()));
    }

    [Fact]
    public async Task A_check_that_gets_no_answer_ends_and_is_an_error_of_its_own()
    {
        ImmutableArray<Notice> found = await Examination.LookAsync(
            new Silent(),
            _bench.Subject(),
            TimeSpan.FromMilliseconds(1),
            TestContext.Current.CancellationToken
        );

        Notice notice = Assert.Single(found);
        Assert.Equal(("silent", NoticeSeverity.Error, "nothing works"), (notice.Id, notice.Severity, notice.Why));
    }

    /// <summary>Looks at no token, as a driver that always finds something more to read.</summary>
    private sealed class Silent : ICheck
    {
        public string Id => "silent";

        public string Why => "nothing works";

        public bool IsPreflight => false;

        public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
            new TaskCompletionSource<IEnumerable<Notice>>().Task;
    }
}
