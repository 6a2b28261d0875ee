using System.Collections.Immutable;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

/// <summary>Sets carry a catalogue of the nodes in their dump.</summary>
[Trait("needs", "server")]
public sealed class CatalogueCaptureTests(OnDemand<PostgresServer> server, OnDemand<MariaDbServer> mariaDb)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_of_PostgreSQL_has_a_catalogue_of_its_documents()
    {
        PostgresServer postgres = await server.GetAsync();
        using BackupRig rig = await BackupRig.CreateAsync(postgres, documents: 700, _token);
        await CaptureAsync(rig, sql => postgres.ExecuteAsync(sql, rig.DatabaseName, _token));
    }

    [Fact]
    public async Task A_set_of_MariaDB_has_a_catalogue_of_its_documents()
    {
        MariaDbServer maria = await mariaDb.GetAsync();
        using BackupRig rig = await BackupRig.CreateAsync(maria, documents: 700, _token);
        await CaptureAsync(rig, sql => maria.ExecuteAsync(sql, rig.DatabaseName, _token));
    }

    private async Task CaptureAsync(BackupRig rig, Func<string, Task> executeAsync)
    {
        SetManifest first = await BackupAsync(rig);
        SetManifest unchanged = await BackupAsync(rig);
        CatalogueStamp catalogue = first.Database!.Catalogue!;
        Assert.DoesNotContain(first.Warnings, static line => line.Contains("catalogue", StringComparison.Ordinal));
        Assert.Equal(700, catalogue.Nodes);
        Assert.Equal(700, catalogue.Contents);
        Assert.Equal(catalogue.Table, unchanged.Database!.Catalogue!.Table);

        List<CatalogueNode> before = await ReadAsync(rig, first);
        CatalogueNode document = before[345];
        Assert.All(before, static node => Assert.Equal("workspace://SpacesStore", node.Store));
        Assert.All(
            before,
            static node => Assert.StartsWith("store://", node.Contents[0].Url, StringComparison.Ordinal)
        );
        Assert.Equal("{http://www.alfresco.org/model/content/1.0}content", document.Contents[0].Property);
        Assert.True(document.Contents[0].Size > 0);

        await executeAsync(
            $"UPDATE alf_node_properties SET string_value = 'renamed.pdf' WHERE qname_id = 2 AND node_id = {document.Id}"
        );
        List<CatalogueNode> after = await ReadAsync(rig, await BackupAsync(rig));
        Assert.Equal("renamed.pdf", after[345].Name);
        Assert.Equal(
            before
                .Where(node => node.Id != document.Id)
                .Select(static node => (node.Id, node.Uuid, node.Name, node.Contents[0])),
            after
                .Where(node => node.Id != document.Id)
                .Select(static node => (node.Id, node.Uuid, node.Name, node.Contents[0]))
        );

        // What a night takes over is what a full scan reads.
        await rig.Sample.AddDocumentsAsync(15, _token);
        await rig.Sample.DeleteDocumentsAsync(10, _token);
        SetManifest night = await BackupAsync(rig);
        rig.FullScanEvery = TimeSpan.Zero;
        SetManifest full = await BackupAsync(rig);
        rig.FullScanEvery = TimeSpan.FromDays(7);
        Assert.Equal(705, night.Database!.Catalogue!.Nodes);
        Assert.Equal(full.Database!.Catalogue!.Table, night.Database.Catalogue.Table);
        Assert.Equal(full.Database.CatalogueDigests, night.Database.CatalogueDigests);

        // An old version, or another product's database: the set is none the worse.
        await executeAsync("DROP TABLE alf_child_assoc");
        SetManifest old = await BackupAsync(rig);
        Assert.Null(old.Database!.Catalogue);
        Assert.True(old.Consistency.Consistent);
        Assert.Contains(
            "This set has no catalogue of its documents, so that 'abf find' and 'abf diff' pass it over and 'abf extract' "
                + "knows content URLs alone: the database has no table alf_child_assoc",
            old.Warnings
        );
    }

    private async Task<List<CatalogueNode>> ReadAsync(BackupRig rig, SetManifest set)
    {
        await using BackupRepository repository = await rig.OpenRepositoryAsync(_token);
        LogHead head = await repository.Log.ReadAsync(_token);
        CatalogueSegments segments = new(
            repository.CreateFollowingReader(await repository.LoadIndexAsync(head.State, _token))
        );
        CatalogueReader reader = await CatalogueReader.OpenAsync(segments, set.Database!.Catalogue!, _token);
        return await reader.ReadAsync(wants: null, _token).ToListAsync(_token);
    }

    private async Task<SetManifest> BackupAsync(BackupRig rig)
    {
        FlowInstance result = await rig.BackupAsync(cancellationToken: _token);
        Assert.Equal(RuntimeStatus.Completed, result.Status);
        return (await rig.ReadSetsAsync(_token))[^1];
    }
}
