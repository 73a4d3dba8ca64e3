# What the shim has over time: gnuplot -e "data='soak.dat'; output='soak.png'" soak.gp
set terminal pngcairo size 1200,900 font "Sans,10"
set output output
set datafile separator "\t"
set multiplot layout 4,1
set grid
set key outside right top Left reverse
set yrange [0:*]
set xrange [0:*] noextend
set lmargin 10
set rmargin 32
mib(kib) = kib / 1024.0
set ylabel "MiB"
plot data using "minute":(mib(column("PSS"))) with lines lw 2 title "PSS", \
  "" using "minute":(mib(column("RSS"))) with lines title "RSS", \
  "" using "minute":(mib(column("anonymous"))) with lines title "anonymous"
unset ylabel
plot data using "minute":"descriptors" with lines title "descriptors", "" using "minute":"threads" with lines title "threads"
set ylabel "MiB"
plot data using "minute":(mib(column("store"))) with lines title "store, with the history"
set ylabel "ms"
set xlabel "minutes"
set logscale y
set yrange [1:*]
plot data using "minute":"median" with lines title "good sessions: median", "" using "minute":"p99" with lines title "99th of 100"
