using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;
using CsCheck;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

public sealed class StableDumpTests
{
    private const string Key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static readonly string Drawn = new('K', 63);

    [Fact]
    public async Task The_drawn_key_is_replaced_however_the_dump_is_cut()
    {
        string dump = Dump($"\\restrict {Drawn}\n", $"\\unrestrict {Drawn}\n");
        string stable = dump.Replace(Drawn, Key[..63], StringComparison.Ordinal);
        await Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90])
            .SampleAsync(async (given, taken) => Assert.Equal(stable, await PassAsync(dump, given, taken)), iter: 60);
    }

    [Theory]
    [InlineData("SET x = 1;\n\\restrict KKKKKKKKKKKKKKKKKKKKKKKK\n")]
    [InlineData("\\restrict KKK\n")]
    [InlineData("\\restrict KKKKKKKKKKKKKKKKKK;KKKKKK\n")]
    [InlineData("/*M!999999\\- enable the sandbox mode */\n")]
    [InlineData("")]
    public async Task Any_other_dump_passes_as_it_is(string head)
    {
        string dump = Dump(head, "\\unrestrict KKKKKKKKKKKKKKKKKKKKKKKK\n");

        Assert.Equal(dump, await PassAsync(dump, 50, 70));
    }

    [Fact]
    public async Task A_dump_without_a_line_passes() => Assert.Equal("-- half", await PassAsync("-- half", 3, 3));

    private static string Dump(string head, string end) =>
        $"--\n-- PostgreSQL database dump\n--\n\n{head}\nCOPY t FROM stdin;\n"
        + string.Concat(Enumerable.Range(0, 300).Select(i => $"{i}\tKKKK\n"))
        + $"\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n{end}\n";

    /// <param name="given">Bytes of a read from the tool.</param>
    /// <param name="taken">Bytes of a read from the stream.</param>
    private static async Task<string> PassAsync(string dump, int given, int taken)
    {
        await using var stable = new StableDump(new Dribble(Encoding.ASCII.GetBytes(dump), given), Key);
        var read = new StringBuilder();
        byte[] buffer = new byte[taken];
        while (await stable.ReadAsync(buffer, CancellationToken.None) is var count and > 0)
        {
            read.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return read.ToString();
    }

    private sealed class Dribble(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
