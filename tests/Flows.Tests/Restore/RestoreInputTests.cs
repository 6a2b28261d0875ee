using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

/// <summary>Which restore an unfinished one is: a host goes on with the same, and gives up another.</summary>
public sealed class RestoreInputTests
{
    private static readonly RestoreInput Input = RestoreStandIns.Input with { Owner = new RestoreOwner(1000, 1000) };

    [Fact]
    public void One_with_another_parallelism_is_the_same() =>
        Assert.True(Input.IsSameAs(Input with { Parallelism = 17 }));

    [Fact]
    public void One_that_was_read_from_a_journal_is_the_same()
    {
        RestoreInput part = Input with
        {
            Selection = new RestoreSelection { Roots = ["contentstore"], Include = ["2024"] },
        };
        RestoreInput read = BackupTasks.Converter.Read<RestoreInput>(BackupTasks.Converter.Write(part));

        Assert.True(part.IsSameAs(read));
    }

    [Fact]
    public void One_of_another_set_or_target_or_database_or_owner_is_another()
    {
        RestoreInput[] others =
        [
            Input with
            {
                Set = RunId.Parse("20261123T010000Z-00000002"),
            },
            Input with
            {
                Target = "/elsewhere",
            },
            Input with
            {
                Database = null,
            },
            Input with
            {
                Database = Input.Database! with { PasswordFile = "/etc/abf/password" },
            },
            Input with
            {
                Owner = new RestoreOwner(1000, null),
            },
            Input with
            {
                Strict = true,
            },
            Input with
            {
                Selection = new RestoreSelection { Include = ["2024"] },
            },
            Input with
            {
                Repair = true,
            },
            Input with
            {
                Overwrite = true,
            },
        ];

        Assert.All(others, other => Assert.False(Input.IsSameAs(other)));
    }
}
