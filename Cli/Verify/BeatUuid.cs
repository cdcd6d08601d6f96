using static System.Buffers.Binary.BinaryPrimitives;

namespace Heartbeat.Cli.Verify;

/// <summary>What the UUID of a beat tells (RFC 9562, 5.1): its instant, who made it, and the clock sequence.</summary>
internal readonly record struct BeatUuid(long Ticks, ulong Node, int ClockSequence)
{
    private const int Length = 36;
    private const ulong Each = 0x0101_0101_0101_0101;
    private const ulong FourZeros = 0x3030_3030_0000_0000;

    /// <summary>UUID time begins with the Gregorian calendar.</summary>
    private static readonly long Epoch = new DateTime(1582, 10, 15, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>Reads the UUID that a text begins with; it must be of version 1, and end where it should.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out BeatUuid uuid)
    {
        uuid = default;
        if (text.Length < Length || (text.Length > Length && IsPart((char)text[Length]))) return false;
        if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;
        var (low, middle, high) = (Eight(text), Four(text[9..]), Four(text[14..]));
        var (sequence, node) = (Four(text[19..]), (Four(text[24..]) << 32) | Eight(text[28..]));
        uuid = new(Epoch + (low | (middle << 32) | ((high & 0x0FFF) << 48)), (ulong)node, (int)sequence & 0x3FFF);
        return (low | middle | node) >= 0 && high >> 12 == 1 && sequence >> 14 == 0b10;

        static bool IsPart(char next) => char.IsAsciiLetterOrDigit(next) || next == '-';
        static long Eight(ReadOnlySpan<byte> text) => Hex(ReadUInt64BigEndian(text));
        static long Four(ReadOnlySpan<byte> text) => Hex(ReadUInt32BigEndian(text) | FourZeros);
    }

    /// <summary>Reads eight hexadecimal digits at once: each a byte, then two, then four as one; or gives -1.</summary>
    private static long Hex(ulong text)
    {
        var lower = text | (Each * 0x20);
        var digits = (text + (Each * (0x80 - '0'))) & ~(text + (Each * (0x7F - '9')));
        var letters = (lower + (Each * (0x80 - 'a'))) & ~(lower + (Each * (0x7F - 'f')));
        if (((digits | letters) & ~text & (Each * 0x80)) != Each * 0x80) return -1;
        var number = (text & (Each * 0x0F)) + (((text >> 6) & Each) * 9);
        number = (number | (number >> 4)) & 0x00FF_00FF_00FF_00FF;
        number = (number | (number >> 8)) & 0x0000_FFFF_0000_FFFF;
        return (uint)(number | (number >> 16));
    }
}
