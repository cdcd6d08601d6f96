using System.Buffers;
using System.Buffers.Binary;

namespace Heartbeat.Cli.Verify;

/// <summary>What the UUID of a beat tells (RFC 9562, 5.1).</summary>
/// <param name="Ticks">The instant of the beat, UTC, as <see cref="DateTime.Ticks"/>.</param>
/// <param name="Origin">The clock sequence and the node: who made it.</param>
internal readonly record struct BeatUuid(long Ticks, ulong Origin)
{
    /// <summary>The length of its text.</summary>
    public const int Length = 36;

    /// <summary>UUID time begins with the Gregorian calendar.</summary>
    private static readonly long Epoch = new DateTime(1582, 10, 15, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>48 random bits: one process, or one computer if another program made the UUID.</summary>
    public ulong Node => Origin & 0xFFFF_FFFF_FFFF;

    /// <summary>The minute of the beat, counted from <see cref="DateTime.MinValue"/>.</summary>
    public long Minute => Ticks / TimeSpan.TicksPerMinute;

    /// <summary>Reads the UUID that a text begins with; it must be of version 1, and end where it should.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out BeatUuid uuid)
    {
        uuid = default;
        if (text.Length < Length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;
        if (text.Length > Length && (char.IsAsciiLetterOrDigit((char)text[Length]) || text[Length] == '-')) return false;

        Span<byte> digits = stackalloc byte[32];
        text[..8].CopyTo(digits);
        text[9..13].CopyTo(digits[8..]);
        text[14..18].CopyTo(digits[12..]);
        text[19..23].CopyTo(digits[16..]);
        text[24..36].CopyTo(digits[20..]);
        Span<byte> bytes = stackalloc byte[16];
        if (Convert.FromHexString(digits, bytes, out _, out _) != OperationStatus.Done) return false;

        var high = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        var origin = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        if (high >> 12 != 1 || origin >> 62 != 0b10) return false;
        var time = ((long)(high & 0x0FFF) << 48)
            | ((long)BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) << 32)
            | BinaryPrimitives.ReadUInt32BigEndian(bytes);
        uuid = new(Epoch + time, origin & 0x3FFF_FFFF_FFFF_FFFF);
        return true;
    }
}
