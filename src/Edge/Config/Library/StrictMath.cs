namespace Edge.Config.Library;

/// <summary>
/// The exponential and the cube root of Java's <c>StrictMath</c>, whose last bit differs from the C library's where neither is the
/// closest double.
/// Source: the algorithms and constants of fdlibm 5.3 (e_exp.c, s_cbrt.c; Sun Microsystems), which Java's documentation prescribes.
/// </summary>
internal static class StrictMath
{
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double InverseLn2 = 1.44269504088896338700e+00;

    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 7.09782712893383973096e+02) return double.PositiveInfinity;
        if (x < -7.45133219101941108420e+02) return 0;

        // x = k ln2 + (high - low)
        var (high, low, k) = (0.0, 0.0, 0);
        var magnitude = HighWord(Math.Abs(x));
        if (magnitude > 0x3FD62E42)
        {
            k = magnitude < 0x3FF0A2B2 ? Math.Sign(x) : (int)(InverseLn2 * x + (x < 0 ? -0.5 : 0.5));
            high = x - k * Ln2High;
            low = k * Ln2Low;
            x = high - low;
        }
        else if (magnitude < 0x3E300000)
        {
            return 1 + x;
        }

        var square = x * x;
        var c = x - square * (1.66666666666666019037e-01 + square * (-2.77777777770155933842e-03 + square * (6.61375632143793436117e-05
            + square * (-1.65339022054652515390e-06 + square * 4.13813679705723846039e-08))));
        if (k == 0) return 1 - (x * c / (c - 2) - x);
        return Math.ScaleB(1 - (low - x * c / (2 - c) - high), k);
    }

    public static double Cbrt(double x)
    {
        if (!double.IsFinite(x) || x == 0) return x;
        var value = Math.Abs(x);

        // To 5 bits: a third of the exponent. A subnormal number is scaled first.
        var root = HighWord(value) < 0x00100000
            ? FromHighWord(HighWord(value * 18014398509481984.0) / 3 + 696219795)
            : FromHighWord(HighWord(value) / 3 + 715094163);

        // To 23 bits, cut off to 20 and made greater than the root.
        var s = 5.42857142857142815906e-01 + root * root / value * root;
        root *= 3.57142857142857150787e-01 + 1.60714285714285720630e+00 / (s + 1.41428571428571436819e+00 + -7.05306122448979611050e-01 / s);
        root = FromHighWord(HighWord(root) + 1);

        // One step of Newton's to 53 bits.
        var quotient = value / (root * root);
        root += root * ((quotient - root) / (root + root + quotient));
        return x < 0 ? -root : root;
    }

    private static int HighWord(double value) => (int)(BitConverter.DoubleToInt64Bits(value) >> 32);

    private static double FromHighWord(int word) => BitConverter.Int64BitsToDouble((long)word << 32);
}
