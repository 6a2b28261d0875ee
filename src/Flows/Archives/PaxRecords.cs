using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Archives;

/// <summary>What a pax header says of the entry that follows it; null where it says nothing. A record that is not known
/// here is passed over.</summary>
internal sealed record PaxRecords
{
    public static readonly PaxRecords None = new();

    private const int MaxFlags = 200;

    public byte[]? Path { get; private init; }

    public long? Size { get; private init; }

    public long? MtimeNs { get; private init; }

    public uint? Uid { get; private init; }

    public uint? Gid { get; private init; }

    public string? User { get; private init; }

    public string? Group { get; private init; }

    public string Flags { get; private init; } = string.Empty;

    /// <param name="bytes"><c>length key=value\n</c>, one after the other.</param>
    public static PaxRecords Parse(ReadOnlySpan<byte> bytes)
    {
        PaxRecords records = None;
        while (!bytes.IsEmpty)
        {
            int blank = bytes[..Math.Min(bytes.Length, 20)].IndexOf((byte)' ');
            if (
                blank < 1
                || !int.TryParse(bytes[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= blank + 2
                || length > bytes.Length
                || bytes[length - 1] != (byte)'\n'
            )
            {
                throw Wrong();
            }

            ReadOnlySpan<byte> record = bytes[(blank + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals < 1)
            {
                throw Wrong();
            }

            records = records.With(Encoding.ASCII.GetString(record[..equals]), record[(equals + 1)..]);
            bytes = bytes[length..];
        }

        return records;
    }

    private PaxRecords With(string key, ReadOnlySpan<byte> value) =>
        key switch
        {
            TarFormat.Path => this with { Path = value.ToArray() },
            TarFormat.Size => this with { Size = Number(value, long.MaxValue) },
            TarFormat.Uid => this with { Uid = (uint)Number(value, uint.MaxValue) },
            TarFormat.Gid => this with { Gid = (uint)Number(value, uint.MaxValue) },
            TarFormat.User => this with { User = Name(value) },
            TarFormat.Group => this with { Group = Name(value) },
            TarFormat.Mtime => this with { MtimeNs = Time(value) },
            TarFormat.Flags when value.Length <= MaxFlags => this with { Flags = Encoding.ASCII.GetString(value) },
            _ => this,
        };

    private static long Number(ReadOnlySpan<byte> value, long most) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= most
            ? number
            : throw Wrong();

    private static string Name(ReadOnlySpan<byte> value) =>
        value.Length <= FileOwner.MaxNameBytes ? Encoding.UTF8.GetString(value) : throw Wrong();

    private static long Time(ReadOnlySpan<byte> value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        bool isTime =
            value.Length <= 40
            && decimal.TryParse(value, Style, CultureInfo.InvariantCulture, out decimal seconds)
            && Math.Abs(seconds) < 9_000_000_000m;
        return isTime
            ? (long)(decimal.Parse(value, Style, CultureInfo.InvariantCulture) * 1_000_000_000m)
            : throw Wrong();
    }

    private static PermanentException Wrong() => ArchiveFault.Of("the header of an entry is damaged");
}
