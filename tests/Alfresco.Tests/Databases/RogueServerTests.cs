using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

/// <summary>
/// Somebody in the place of the database server, who wants its password, a file, or the backup to fail in an odd way.
/// </summary>
public sealed class RogueServerTests
{
    private const string Wanted = "/etc/hostname";

    private static readonly byte[] Accepted = [0, 0, 0, 2, 0, 0, 0];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "clear text")]
    [InlineData("?sslmode=prefer", "clear text")]
    [InlineData("?sslmode=allow", "SSL")]
    public async Task Who_refuses_TLS_gets_no_password_in_clear_text(string query, string says)
    {
        using var server = new RogueServer(AskForClearTextAsync);

        var refused = await Assert.ThrowsAnyAsync<AbfException>(() =>
            server.Connection("postgresql", query).OpenSource().CheckAsync(Cancel)
        );

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(RogueServer.Password, server.Heard, StringComparison.Ordinal);
    }

    /// <summary>Tools before version 16 would send it to whoever asks, such as a server that asked us for none.</summary>
    [Fact]
    [Trait("needs", "server")]
    public async Task A_tool_of_PostgreSQL_sends_no_password_in_clear_text()
    {
        using var server = new RogueServer(
            async (self, client) =>
            {
                await self.MeetPostgresAsync(client);
                if (self.Heard.Contains("the tool", StringComparison.Ordinal))
                {
                    await client.WriteAsync(RogueServer.Postgres('R', 0, 0, 0, 3));
                }
                else
                {
                    await client.WriteAsync(
                        (byte[])
                            [
                                .. RogueServer.Postgres('R', 0, 0, 0, 0),
                                .. RogueServer.Postgres('S', [.. "server_version\015.0\0"u8]),
                                .. RogueServer.Postgres('Z', (byte)'I'),
                            ]
                    );
                }

                await self.HearOutAsync(client);
            }
        );
        DatabaseConnection target = server.Connection("postgresql");
        PostgresTool tool = await PostgresTool.FindAsync(target, "pg_dump", Cancel);

        ToolExit exit = await ToolProcess.RunAsync(
            tool.Command(target, "the tool", "--no-password"),
            input: null,
            output: null,
            Cancel
        );

        Assert.NotEqual(0, exit.Code);
        Assert.Contains("the tool", server.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain(RogueServer.Password, server.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_administrator_may_say_that_the_network_is_trusted()
    {
        using var server = new RogueServer(AskForClearTextAsync);

        await Assert.ThrowsAsync<TransientException>(() =>
            server.Connection("postgresql", "?sslmode=disable").OpenSource().CheckAsync(Cancel)
        );

        Assert.Contains(RogueServer.Password, server.Heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql_clear_password\0")]
    [InlineData("dialog\0\u0004Password: ")]
    [Trait("needs", "server")]
    public async Task A_tool_of_MariaDB_sends_no_password_in_clear_text(string method)
    {
        using var server = new RogueServer(
            async (self, client) =>
            {
                await client.WriteAsync(RogueServer.MySqlGreeting("10.11.6-MariaDB"));
                await self.HearMySqlAsync(client);
                await client.WriteAsync(RogueServer.MySql(2, [0xFE, .. Encoding.ASCII.GetBytes(method)]));

                // The tool waits for an answer to what it sends, also where that is nothing.
                await self.HearMySqlAsync(client);
            }
        );
        DatabaseConnection target = server.Connection("mariadb");
        MySqlTool tool = await MySqlTool.FindDumpAsync(target, mariaDbServer: true, Cancel);

        ToolExit exit = await ToolProcess.RunAsync(tool.Command(target), input: null, output: null, Cancel);

        Assert.NotEqual(0, exit.Code);
        Assert.Contains("alfresco", server.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain(RogueServer.Password, server.Heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another protocol")]
    [InlineData("an unknown method")]
    [InlineData("an unknown mechanism")]
    [InlineData("a version that no number holds")]
    [InlineData("junk")]
    [InlineData("a message without an end")]
    public Task What_is_no_answer_of_PostgreSQL_is_told_in_a_line(string answer) =>
        AssertToldAsync(
            "postgresql",
            async (self, client) =>
            {
                if (answer == "another protocol")
                {
                    await client.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
                    return;
                }

                await self.MeetPostgresAsync(client);
                await client.WriteAsync(
                    answer switch
                    {
                        "an unknown method" => RogueServer.Postgres('R', 0, 0, 0, 77),
                        "an unknown mechanism" => RogueServer.Postgres('R', [0, 0, 0, 10, .. "ODD\0\0"u8]),
                        "a version that no number holds" =>
                        [
                            .. RogueServer.Postgres('R', 0, 0, 0, 0),
                            .. RogueServer.Postgres('S', [.. "server_version\099999999999999999999.1\0"u8]),
                            .. RogueServer.Postgres('Z', (byte)'I'),
                        ],
                        "junk" => Enumerable.Repeat((byte)0xE7, 1000).ToArray(),
                        _ => RogueServer.Postgres(
                            'E',
                            [
                                .. "SFATAL\0VFATAL\0CXX000\0M"u8,
                                .. Enumerable.Repeat((byte)'a', 1_000_000),
                                .. "\u001b[2J\nerror: forged\0\0"u8,
                            ]
                        ),
                    }
                );
                await self.HearOutAsync(client);
            }
        );

    [Theory]
    [InlineData("a version that is none")]
    [InlineData("a version that no number holds")]
    [InlineData("the method of before 4.1")]
    [InlineData("an unknown method")]
    [InlineData("a key that is none")]
    [InlineData("a file of this host")]
    [InlineData("junk")]
    [InlineData("a message without an end")]
    public async Task What_is_no_answer_of_MySQL_is_told_in_a_line(string answer)
    {
        string heard = await AssertToldAsync(
            "mysql",
            async (self, client) =>
            {
                if (answer == "junk")
                {
                    await client.WriteAsync(Enumerable.Repeat((byte)0xE7, 1000).ToArray());
                    await self.HearOutAsync(client);
                    return;
                }

                string version = answer switch
                {
                    "a version that is none" => "zzz",
                    "a version that no number holds" => "99999999999999.1.1",
                    _ => "8.0.36",
                };
                await client.WriteAsync(RogueServer.MySqlGreeting(version));
                await self.HearMySqlAsync(client);
                await client.WriteAsync(
                    RogueServer.MySql(
                        2,
                        answer switch
                        {
                            "the method of before 4.1" => [0xFE, .. "mysql_old_password\0abcdefgh\0"u8],
                            "an unknown method" => [0xFE, .. "dialog\0\u0004Password: "u8],
                            "a key that is none" => [0xFE, .. "sha256_password\0abcdefghijklmnopqrst\0"u8],
                            "a message without an end" =>
                            [
                                0xFF,
                                0x10,
                                0x04,
                                .. "#HY000"u8,
                                .. Enumerable.Repeat((byte)'a', 200_000),
                                .. "\nerror: forged"u8,
                            ],
                            _ => Accepted,
                        }
                    )
                );
                byte[] next =
                    answer == "a file of this host" ? [0xFB, .. Encoding.ASCII.GetBytes(Wanted)]
                    : answer == "a key that is none" ? [1, .. "-----BEGIN PUBLIC KEY-----\nx"u8]
                    : Accepted;
                for (byte sequence = answer == "a key that is none" ? (byte)4 : (byte)1; ; )
                {
                    await self.HearMySqlAsync(client);
                    await client.WriteAsync(RogueServer.MySql(sequence, next));
                }
            }
        );

        Assert.DoesNotContain(Environment.MachineName, heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_stops_talking_does_not_keep_a_run_from_ending()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        byte[] notice = RogueServer.Postgres('N', [.. "SNOTICE\0VNOTICE\0C00000\0M"u8, .. new byte[2]]);
        byte[] notices = [.. Enumerable.Repeat(notice, 1000).SelectMany(bytes => bytes)];
        using var server = new RogueServer(
            async (self, client) =>
            {
                await self.MeetPostgresAsync(client);
                for (int i = 0; ; i++)
                {
                    await client.WriteAsync(notices);
                    if (i == 100)
                    {
                        await stop.CancelAsync();
                    }
                }
            }
        );

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            server.Connection("postgresql").OpenSource().CheckAsync(stop.Token)
        );
    }

    private static async Task AskForClearTextAsync(RogueServer self, Stream client)
    {
        await self.MeetPostgresAsync(client);
        await client.WriteAsync(RogueServer.Postgres('R', 0, 0, 0, 3));
        var answer = new byte[100];
        _ = await client.ReadAsync(answer);
        self.Keep(answer);
    }

    /// <returns>What the server heard.</returns>
    private static async Task<string> AssertToldAsync(string scheme, Func<RogueServer, Stream, Task> answer)
    {
        using var server = new RogueServer(answer);

        var told = await Assert.ThrowsAnyAsync<AbfException>(() =>
            server.Connection(scheme).OpenSource().CheckAsync(Cancel)
        );

        Assert.StartsWith("installation.database.", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(told.Message, char.IsControl);
        Assert.InRange(told.Message.Length, 1, 1000);
        Assert.DoesNotContain(RogueServer.Password, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(RogueServer.Password, server.Heard, StringComparison.Ordinal);
        return server.Heard;
    }
}
