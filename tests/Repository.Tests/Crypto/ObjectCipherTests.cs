using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Tests.Support;
using CsCheck;

namespace AlfrescoBackupFlows.Repository.Tests.Crypto;

public sealed class ObjectCipherTests
{
    private const string Name = "index/00112233445566778899aabbccddeeff";

    private readonly KeyRing _keys = KeyRing.Generate(1);

    [Fact]
    public void Whatever_is_sealed_opens_to_the_same_bytes()
    {
        using var sealer = new ObjectCipher(_keys);
        Gen.Byte.Array[0, 20_000]
            .Sample(plain =>
                Assert.Equal(plain, sealer.Open(ObjectType.Page, Name, sealer.Seal(ObjectType.Page, Name, plain)))
            );
    }

    [Fact]
    public void Opened_in_place_a_blob_stands_there_again_where_that_is_asked_for()
    {
        using var sealer = new ObjectCipher(_keys);
        byte[] plain = Content.Text(1000, 1);
        byte[] blob = sealer.Seal(ObjectType.Page, Name, plain);
        byte[] room = [.. blob];
        Assert.Equal(plain, sealer.OpenInPlace(ObjectType.Page, Name, room, restores: true));
        Assert.Equal(blob, room);
    }

    [Fact]
    public void Compressible_bytes_shrink_and_others_cost_a_constant()
    {
        using var sealer = new ObjectCipher(_keys);
        Assert.InRange(sealer.Seal(ObjectType.Index, Name, Content.Text(100_000, 1)).Length, 0, 60_000);
        Assert.Equal(
            100_000 + ObjectHeader.Size + FrameCodec.PrefixSize + FrameCipher.TagSize,
            sealer.Seal(ObjectType.Index, Name, Content.Random(100_000, 1)).Length
        );
    }

    [Fact]
    public void Any_flipped_bit_is_damage()
    {
        using var sealer = new ObjectCipher(_keys);
        byte[] blob = sealer.Seal(ObjectType.Index, Name, Content.Text(500, 2));
        for (int bit = 0; bit < blob.Length * 8; bit++)
        {
            byte[] damaged = [.. blob];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertDamage(() => sealer.Open(ObjectType.Index, Name, damaged));
        }
    }

    [Fact]
    public void Any_cut_and_anything_appended_is_damage()
    {
        using var sealer = new ObjectCipher(_keys);
        byte[] blob = sealer.Seal(ObjectType.Index, Name, Content.Random(300, 3));
        for (int length = 0; length < blob.Length; length++)
        {
            AssertDamage(() => sealer.Open(ObjectType.Index, Name, blob.AsMemory(0, length)));
        }

        AssertDamage(() => sealer.Open(ObjectType.Index, Name, (byte[])[.. blob, 0]));
    }

    [Fact]
    public void Another_name_type_or_repository_is_damage()
    {
        using var sealer = new ObjectCipher(_keys);
        byte[] blob = sealer.Seal(ObjectType.Index, Name, "plain"u8);
        AssertDamage(() => sealer.Open(ObjectType.Index, Name + "0", blob));
        AssertDamage(() => sealer.Open(ObjectType.Page, Name, blob));
        AssertDamage(() => sealer.Open(ObjectType.LogEntry, Name, blob));
        using var others = new ObjectCipher(KeyRing.Generate(1));
        AssertDamage(() => others.Open(ObjectType.Index, Name, blob));
        using var elsewhere = new ObjectCipher(new KeyRing(2, _keys.Keys));
        AssertDamage(() => elsewhere.Open(ObjectType.Index, Name, blob));
    }

    [Fact]
    public void A_newer_version_is_said_to_be_newer_and_not_damaged()
    {
        using var sealer = new ObjectCipher(_keys);
        byte[] blob = sealer.Seal(ObjectType.Index, Name, "plain"u8);
        blob[4] = 2;
        PermanentException exception = Assert.Throws<PermanentException>(() =>
            sealer.Open(ObjectType.Index, Name, blob)
        );
        Assert.Contains("newer version of abf", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_bytes_are_never_sealed_the_same_way()
    {
        using var sealer = new ObjectCipher(_keys);
        Assert.NotEqual(sealer.Seal(ObjectType.Index, Name, "plain"u8), sealer.Seal(ObjectType.Index, Name, "plain"u8));
    }

    [Fact]
    public void An_older_generation_of_a_key_still_opens()
    {
        using var sealer = new ObjectCipher(_keys);
        byte[] blob = sealer.Seal(ObjectType.Index, Name, "plain"u8);
        using var rotated = new ObjectCipher(
            new KeyRing(1, [.. _keys.Keys, new ClassKey(KeyClass.Metadata, 2, new byte[32])])
        );
        Assert.Equal("plain"u8.ToArray(), rotated.Open(ObjectType.Index, Name, blob));
        byte[] newer = rotated.Seal(ObjectType.Index, Name, "plain"u8);
        AssertDamage(() => sealer.Open(ObjectType.Index, Name, newer));
    }

    private static void AssertDamage(Action open) =>
        Assert.Equal(ErrorKind.Repository, Assert.Throws<PermanentException>(open).Kind);
}
