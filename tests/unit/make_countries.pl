#!/usr/bin/perl
# Makes a database of places for tests, in the form of GeoLite2-Country or GeoLite2-City.
#
#     perl make_countries.pl country|city|other FILE
#
# The networks are those of documentation. Besides those of a whole country there are some with less in them.
use strict;
use warnings;
use MaxMind::DB::Writer::Tree;

my ($form, $file) = @ARGV;
my %kinds = (country => 'GeoLite2-Country', city => 'GeoLite2-City', other => 'GeoLite2-ASN');
die "usage: make_countries.pl country|city|other FILE\n" unless @ARGV == 2 && $kinds{$form};

my %types = (
  country => 'map', registered_country => 'map', continent => 'map', location => 'map', names => 'map',
  iso_code => 'utf8_string', code => 'utf8_string', en => 'utf8_string',
  latitude => 'double', longitude => 'double', autonomous_system_organization => 'utf8_string',
);

my $tree = MaxMind::DB::Writer::Tree->new(
  ip_version => 6, record_size => 24, database_type => $kinds{$form}, languages => ['en'],
  description => { en => 'Places of documentation' }, remove_reserved_networks => 0,
  map_key_type_callback => sub { $types{ $_[0] } },
);

# Network, country, and where its capital is.
my @places = (
  ['192.0.2.0/24', 'DE', 52.5, 13.4],
  ['198.51.100.0/24', 'US', 38.9, -77.0],
  ['203.0.113.0/24', 'FR', 48.9, 2.4],
  ['2001:db8::/32', 'JP', 35.7, 139.7],
);
for (@places) {
  my ($network, $code, $latitude, $longitude) = @$_;
  my %entry = $form eq 'other'
    ? (autonomous_system_organization => $code)
    : (country => { iso_code => $code, names => { en => $code } }, registered_country => { iso_code => 'GB' });
  $entry{location} = { latitude => $latitude, longitude => $longitude } if $form eq 'city';
  $tree->insert_network($network, \%entry);
}

# What real databases have too, or damage makes of them.
if ($form ne 'other') {
  $tree->insert_network('192.0.2.16/32', { registered_country => { iso_code => 'AT' } });
  $tree->insert_network('192.0.2.17/32', { continent => { code => 'EU' } });
  $tree->insert_network('192.0.2.18/32', { country => { iso_code => "D\n" } });
  $tree->insert_network('192.0.2.19/32', { country => { iso_code => 'DEU' } });
  $tree->insert_network('192.0.2.20/32', { country => { iso_code => 'DE' }, location => { latitude => 52.5 } });
  $tree->insert_network('192.0.2.21/32',
    { country => { iso_code => 'DE' }, location => { latitude => 90.5, longitude => 13.4 } });
  $tree->insert_network('192.0.2.22/32',
    { country => { iso_code => 'DE' }, location => { latitude => 52.5, longitude => -180.5 } });
}

open my $out, '>:raw', $file or die "$file: $!\n";
$tree->write_tree($out);
close $out or die "$file: $!\n";
