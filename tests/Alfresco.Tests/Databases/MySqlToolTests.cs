using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

public sealed class MySqlToolTests
{
    [Fact]
    public void No_login_path_is_read_from_a_place_where_others_can_write()
    {
        var target = DatabaseConnection.FromRestoreUrl(
            "mysql://root@127.0.0.1:3306/alfresco",
            password: null,
            toolPath: null
        );
        string? file = new MySqlTool("mysql", IsMariaDb: false, new Version(8, 4)).Command(target).Environment[
            "MYSQL_TEST_LOGIN_FILE"
        ];
        Assert.Equal(OperatingSystem.IsWindows() ? "NUL" : "/dev/null", file);
    }
}
