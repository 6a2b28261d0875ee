using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using CsCheck;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

public sealed class InsertReaderTests
{
    private const string Dump = """
        /*M!999999\- enable the sandbox mode */
        CREATE TABLE `alf_content_data` (
          `id` bigint(20) NOT NULL
        );
        INSERT INTO `alf_content_data` (`id`, `version`, `content_url_id`) VALUES
        (1,0,3),
        (2,0,NULL);
        CREATE TABLE `alf_content_url` (
        INSERT INTO `alf_content_url` (`orphan_time`, `id`, `content_url`, `content_size`) VALUES (NULL,1,'store://it\'s (1),(2); ''x'' \\ \n,',5),(9,2,'store://orphan',6),(9,3,_binary 0x73746F72653A2F2F68,7);
        INSERT INTO `other` (`id`, `content_url`) VALUES (1,'INSERT INTO `alf_content_url` (`id`) VALUES (1)');
        CREATE TABLE `alf_node` (
        DELIMITER ;;
        INSERT INTO `alf_content_url` (`id`, `content_url`, `content_size`, `orphan_time`) VALUES (NEW.id,'store://trigger',1,NULL);
        END ;;
        DELIMITER ;
        CREATE TABLE `alf_transaction` (
        INSERT INTO `alf_transaction` (`id`, `commit_time_ms`) VALUES (5,100),(9,NULL),(7,300);
        -- Dump completed
        """;

    [Fact]
    public void Rows_are_the_same_however_the_dump_is_cut()
    {
        var bytes = Encoding.UTF8.GetBytes(Dump.Replace("_binary 0x", "0x", StringComparison.Ordinal));
        Gen.Int[1, 40]
            .Sample(size =>
            {
                var rows = new AlfrescoInserts();
                var reader = new InsertReader(rows);
                foreach (var piece in bytes.Chunk(size))
                {
                    reader.Read(piece);
                }

                Assert.Equal(
                    [new RequiredUrl(1, "store://it's (1),(2); 'x' \\ \n,", 5), new RequiredUrl(3, "store://h", 7)],
                    rows.Pending
                );
                Assert.Equal(new DumpWatermark(9, 300), rows.Watermark);
                Assert.Equal(
                    new Dictionary<string, long>
                    {
                        ["alf_content_data"] = 2,
                        ["alf_content_url"] = 3,
                        ["alf_node"] = 0,
                    },
                    rows.Rows
                );
                Assert.Equal(["alf_tenant", "avm_nodes"], rows.NotApplicable);
            });
    }

    [Theory]
    [InlineData("INSERT INTO `alf_content_url` VALUES (1,2);\n", "does not name its columns")]
    [InlineData("INSERT INTO `alf_content_url` (`id`) VALUES (1);\n", "has no column content_url")]
    [InlineData(
        "INSERT INTO `alf_content_url` (`id`,`content_url`,`content_size`,`orphan_time`) VALUES (1,'x',1,5);\n"
            + "CREATE TABLE `alf_content_data` (\n",
        "before alf_content_data"
    )]
    [InlineData(
        "INSERT INTO `alf_content_url` (`id`,`content_url`,`content_size`,`orphan_time`) VALUES ('a','x',1,NULL);\n",
        "no number"
    )]
    public void What_is_not_as_expected_is_never_guessed_at(string dump, string why)
    {
        FormatException fault = Assert.Throws<FormatException>(() =>
            new InsertReader(new AlfrescoInserts()).Read(Encoding.UTF8.GetBytes(dump))
        );
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_without_end_is_cut_beyond_any_path_and_the_row_after_it_is_read()
    {
        var rows = new AlfrescoInserts();
        string endless = $"store://{new string('x', 1024 * 1024)}";

        new InsertReader(rows).Read(
            Encoding.UTF8.GetBytes(
                "INSERT INTO `alf_content_url` (`id`,`content_url`,`content_size`,`orphan_time`) VALUES "
                    + $"(1,'{endless}',1,NULL),(2,'store://b',1,NULL);\n"
            )
        );

        RequiredUrl[] read = [.. rows.Pending];
        Assert.Equal(new RequiredUrl(2, "store://b", 1), read[1]);
        Assert.InRange(read[0].Url.Length, "store://".Length + 65_536, endless.Length - 1);
    }
}
