# What each measure takes, as a part of what nginx takes: gnuplot -e "output='bench.png'" plot.gp, beside results.dat.
set terminal pngcairo size 1200,700 font "Sans,11"
set output output
set datafile separator "\t"
set datafile missing "?"
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set yrange [0:3]
set ylabel "nginx = 1, less is better (cut off at 3)"
set xtics rotate by -25
set grid ytics
set key top right
plot "results.dat" using 2:xtic(1) title columnheader, for [i=3:5] "" using i title columnheader
