using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>
/// A dump into which somebody slipped commands for the client, or that asks for files of the host that restores it.
/// </summary>
[Collection(MariaDbGroup.Name)]
[Trait("needs", "server")]
public sealed class MariaDbHostileDumpTests(MariaDbFixture server) : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Proof => _directory.Combine("proof");

    [Theory]
    [InlineData("\\! touch FILE")]
    [InlineData("system touch FILE")]
    [InlineData("SELECT 1 \\! touch FILE\n;")]
    [InlineData("SELECT 1; \\! touch FILE")]
    [InlineData("tee FILE\nSELECT 1;")]
    [InlineData("\\T FILE\nSELECT 1;")]
    [InlineData("pager touch FILE;\nSELECT 1;")]
    [InlineData("\\P touch FILE\nSELECT 1;")]
    [InlineData("source SCRIPT")]
    [InlineData("\\. SCRIPT")]
    [InlineData("-- Table structure for table `a\n\\! touch FILE\n`")]
    [InlineData("/*!50001 CREATE TABLE x (\n\\! touch FILE\nid int) */;")]
    [InlineData("DELIMITER \\!\nSELECT 1 \\! touch FILE\n\\!\nDELIMITER ;\n\\! touch FILE")]
    [InlineData("\\C gbk\nSELECT 1;\n\\! touch FILE")]
    [InlineData("/*M!999999\\- enable the sandbox mode */\n\\! touch FILE")]
    public async Task A_command_for_the_client_is_never_run(string attack)
    {
        string script = _directory.Combine("script.sql");
        await File.WriteAllTextAsync(script, $"CREATE TABLE from_a_file (id int);\n\\! touch {Proof}\n", Cancel);
        string target = await server.CreateDatabaseAsync();
        string sql = attack
            .Replace("FILE", Proof, StringComparison.Ordinal)
            .Replace("SCRIPT", script, StringComparison.Ordinal);

        await Assert.ThrowsAnyAsync<AbfException>(() => RestoreAsync(target, sql));

        Assert.False(File.Exists(Proof), "it was run");
        Assert.DoesNotContain("from_a_file", await server.DumpByHandAsync(target), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LOAD DATA LOCAL INFILE 'SECRET' INTO TABLE stolen;")]
    [InlineData("SET GLOBAL local_infile = 1; LOAD DATA LOCAL INFILE 'SECRET' INTO TABLE stolen;")]
    [InlineData("/*!50000 LOAD DATA LOCAL INFILE 'SECRET' INTO TABLE stolen */;")]
    public async Task No_file_of_the_restoring_host_is_read(string attack)
    {
        string secret = _directory.Combine("secret");
        await File.WriteAllTextAsync(secret, "geheim\n", Cancel);
        string target = await server.CreateDatabaseAsync();

        await Assert.ThrowsAnyAsync<AbfException>(() =>
            RestoreAsync(
                target,
                "CREATE TABLE stolen (t text);\n" + attack.Replace("SECRET", secret, StringComparison.Ordinal)
            )
        );

        Assert.DoesNotContain("geheim", await server.DumpByHandAsync(target), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_looks_like_a_command_within_the_data_comes_back_as_it_was()
    {
        string source = await server.CreateAlfrescoAsync();
        await server.ExecuteAsync(
            source,
            """
            CREATE TABLE odd (t text) COMMENT='\\! touch x';
            INSERT INTO odd VALUES ('\n\\! touch x\n'), ('system touch x'), ('delimiter //\n'), ('\\'), ('a\r\nb'), ('\0\Z');
            """
        );
        DumpRun dump = await DumpRun.TakeAsync(server.Connection(source).OpenSource(), Cancel);
        string target = await server.CreateDatabaseAsync();

        await server.Connection(target).OpenTarget().RestoreAsync(dump.WriteAsync, Cancel);

        Assert.Equal(await server.DumpByHandAsync(source), await server.DumpByHandAsync(target));
    }

    public void Dispose() => _directory.Dispose();

    private Task<DatabaseRestoreResult> RestoreAsync(string target, string sql)
    {
        byte[] dump = Encoding.UTF8.GetBytes(
            $"-- MariaDB dump\nCREATE TABLE alf_node (id int);\n{sql}\n-- Dump completed\n"
        );
        return server
            .Connection(target)
            .OpenTarget()
            .RestoreAsync((stream, token) => stream.WriteAsync(dump, token).AsTask(), Cancel);
    }
}
